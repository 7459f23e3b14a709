// An edge-triggered echo server.
//
//   $ ./forgetful 8000          then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/epoll_selector.hpp"

#include <array>
#include <map>
#include <set>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

struct Client {
    Socket socket;
    std::string unsent;  // what the kernel would not take yet
};

enum class Next { step, wait, drop };

// One step: reads once, if the last echo is sent, and writes once. `wait` says
// that the kernel had nothing more, or would take nothing more.
Next echo(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 4096> buffer;
        std::optional<std::size_t> count = try_receive(client.socket, buffer);
        if (!count) return Next::wait;
        if (*count == 0) return Next::drop;
        client.unsent.assign(buffer.data(), *count);
    }
    std::optional<std::size_t> sent = try_send(client.socket, client.unsent);
    if (!sent) return Next::wait;
    client.unsent.erase(0, *sent);
    return Next::step;
}

class EchoServer {
public:
    explicit EchoServer(Socket listener) : listener_(std::move(listener)) {
        set_nonblocking(listener_);
        watch(listener_, kReadable, Trigger::level);
    }

    [[noreturn]] void run() {
        for (;;) {
            // #region starter
            for (auto [key, events] : selector_.select(std::nullopt))
                serve(static_cast<int>(key));
            // #endregion starter
            // #region solution
            std::set<int> turn = std::move(unfinished_);
            unfinished_.clear();
            Selector::Timeout timeout;
            if (!turn.empty()) timeout = 0s;
            for (auto [key, events] : selector_.select(timeout))
                turn.insert(static_cast<int>(key));
            for (int fd : turn)
                serve(fd);
            // #endregion solution
        }
    }

private:
    void watch(const Socket& socket, Events wanted, Trigger trigger) {
        auto key = static_cast<std::uint64_t>(socket.fd());
        selector_.add(socket.fd(), wanted, key, trigger);
    }

    void accept_one() {
        Arrival client = accept_client(listener_, SOCK_NONBLOCK);
        if (!client) return;
        watch(client.socket, kReadable | kWritable, Trigger::edge);
        int fd = client.socket.fd();
        clients_[fd] = {std::move(client.socket), ""};
    }

    void serve(int fd) {
        if (fd == listener_.fd()) return accept_one();
        Next next = Next::drop;
        try {
            next = echo(clients_.at(fd));
        } catch (const std::system_error& error) {
            say("disconnected: {}", error.what());
        }
        // #region solution
        if (next == Next::step) unfinished_.insert(fd);
        // #endregion solution
        if (next != Next::drop) return;
        selector_.remove(fd);
        clients_.erase(fd);
    }

    Socket listener_;
    EpollSelector selector_;
    std::map<int, Client> clients_;
    // #region solution
    std::set<int> unfinished_;  // have more to do, will not be reported
    // #endregion solution
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        EchoServer(announce_listener(server_arguments(arguments, "8000")))
            .run();
    });
}
