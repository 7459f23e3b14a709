// Asio with C++20 coroutines, a chat built as its own example is: a room, a
// queue for each participant, and two coroutines, one that reads and one that
// writes, a line at a time.
//
// Without no_delay every second line would wait 40 ms for the client's
// acknowledgement (Nagle's algorithm meets delayed ACK). Its queue has no
// bound: who doesn't read costs memory.

#include "bench/peers/asio_server.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

// Made once, and shared by all who get it.
using Line = std::shared_ptr<const std::string>;

class Participant;

class Room {
public:
    bool join(const std::string& name, Participant& participant) {
        return participants_.try_emplace(name, &participant).second;
    }
    void leave(const std::string& name) { participants_.erase(name); }
    std::size_t size() const { return participants_.size(); }
    void deliver(const std::string& text);

private:
    std::map<std::string, Participant*> participants_;
};

class Participant : public std::enable_shared_from_this<Participant> {
public:
    Participant(tcp::socket socket, Room& room)
        : socket_(std::move(socket)),
          timer_(socket_.get_executor()),
          room_(room) {
        timer_.expires_at(std::chrono::steady_clock::time_point::max());
    }

    void start() {
        asio::co_spawn(
            socket_.get_executor(),
            [self = shared_from_this()] { return self->read(); },
            asio::detached);
        asio::co_spawn(
            socket_.get_executor(),
            [self = shared_from_this()] { return self->write(); },
            asio::detached);
    }

    void deliver(Line line) {
        queue_.push_back(std::move(line));
        timer_.cancel_one();  // there is something to write
    }

private:
    awaitable<void> read() {
        try {
            std::string buffer;
            for (;;) {
                std::size_t size = co_await asio::async_read_until(
                    socket_, asio::dynamic_buffer(buffer, 1024), '\n',
                    use_awaitable);
                take(std::string_view(buffer).substr(0, size));
                buffer.erase(0, size);
            }
        } catch (const std::exception&) {
            stop();
        }
    }

    // A line with its end.
    void take(std::string_view line) {
        constexpr std::string_view kConnect = "CONNECT ";
        if (!name_.empty()) {
            room_.deliver(name_ + ": " + std::string(line));
        } else if (line.starts_with(kConnect)) {
            line.remove_prefix(kConnect.size());
            std::string name(line.substr(0, line.find_first_of("\r\n")));
            if (name.empty() || !room_.join(name, *this)) return stop();
            name_ = name;
            deliver(std::make_shared<const std::string>(
                "Welcome! " + std::to_string(room_.size()) +
                " user(s) are online!\n"));
            room_.deliver(name_ + " connected!\n");
        }
    }

    awaitable<void> write() {
        try {
            while (socket_.is_open()) {
                if (queue_.empty()) {
                    asio::error_code ignored;
                    co_await timer_.async_wait(
                        asio::redirect_error(use_awaitable, ignored));
                } else {
                    co_await asio::async_write(
                        socket_, asio::buffer(*queue_.front()), use_awaitable);
                    queue_.pop_front();
                }
            }
        } catch (const std::exception&) {
            stop();
        }
    }

    void stop() {
        if (!socket_.is_open()) return;
        asio::error_code ignored;
        socket_.close(ignored);
        timer_.cancel();
        if (name_.empty()) return;
        room_.leave(name_);
        room_.deliver(name_ + " has left the chat\n");
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    Room& room_;
    std::string name_;
    std::deque<Line> queue_;
};

void Room::deliver(const std::string& text) {
    auto line = std::make_shared<const std::string>(text);
    for (const auto& [name, participant] : participants_)
        participant->deliver(line);
}

}  // namespace

int main(int argc, char** argv) {
    Room room;
    return run_server("asio_chat", argc, argv, [&room](tcp::socket socket) {
        std::make_shared<Participant>(std::move(socket), room)->start();
    });
}
