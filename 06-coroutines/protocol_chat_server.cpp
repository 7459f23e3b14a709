// Stage 6, with callbacks: the chat of stages 4 and 5 on a transport and a
// protocol. NUL-framed UTF-8; everybody hears everybody.
//
//   $ ./protocol_chat_server 4040     then, in two terminals:
//                                     ../05-threads/chat_client localhost 4040

#include "01-blocking/program.hpp"
#include "04-poll/nul_chat.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <utility>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

class Member;

// #region room
// Who is in. Nobody leaves from inside broadcast: that happens only in
// connection_lost, which comes later.
class Room {
public:
    void enter(Member& member) { members_.insert(&member); }
    void leave(Member& member) { members_.erase(&member); }
    void broadcast(const std::string& message);

private:
    std::set<Member*> members_;
};
// #endregion room

// #region member
// One client, told by its transport what happens to it.
class Member final : public Protocol {
public:
    explicit Member(std::shared_ptr<Room> room) : room_(std::move(room)) {}

    void hear(const std::string& message) {
        // Before it is called deaf it gets a chance to prove otherwise: one
        // read can bring more than a queue holds.
        if (is_full(message)) transport_->flush();
        if (is_full(message)) {
            drop("does not read");
        } else {
            transport_->write(message);
        }
    }

private:
    void connection_made(Transport transport) override {
        transport_ = transport;
        peer_ = transport.get_extra_info("peername");
        say("{} connected", peer_);
        room_->enter(*this);
    }

    void data_received(std::string_view bytes) override {
        received_.feed(bytes);
        try {
            while (std::optional<std::string> text = received_.next()) {
                Broadcast message = make_broadcast(peer_, *text);
                say("{}: {}", peer_, printable(*text));
                room_->broadcast(*message);
            }
        } catch (const FramingError& error) {
            drop(error.what());
        }
    }

    // It has said all, and hears what is still on its way; but not for ever.
    bool eof_received() override {
        auto cut = [transport = *transport_]() mutable { transport.abort(); };
        patience_ = EventLoop::running().call_later(10s, cut);
        return false;
    }

    void connection_lost(std::exception_ptr error) override {
        patience_.cancel();
        room_->leave(*this);
        if (!dropped_) {
            say("{} disconnected{}", peer_,
                error ? ": " + detail::describe(error) : "");
        }
    }

    bool is_full(const std::string& message) const {
        return transport_->queued() + message.size() > kMaxUnsent;
    }

    void drop(std::string_view why) {
        if (std::exchange(dropped_, true)) return;
        say("{} dropped: {}", peer_, why);
        transport_->abort();
    }

    std::shared_ptr<Room> room_;
    std::optional<Transport> transport_;
    std::string peer_;
    NulDecoder received_;
    Handle patience_;
    bool dropped_ = false;
};
// #endregion member

void Room::broadcast(const std::string& message) {
    for (Member* member : members_)
        member->hear(message);
}

Coro<void> serve_all(Endpoint endpoint) {
    auto factory = [room = std::make_shared<Room>()] {
        return std::make_shared<Member>(room);
    };
    Server server = create_server(factory, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Endpoint endpoint =
            server_arguments(arguments, kNulChatPort, kServerSynopsis);
        run(serve_all(endpoint), selector);
    });
}
