// Stage 6: the chat of stage 5, two threads for each client, but green ones:
// all in one thread of the kernel, and without a lock.
//
//   $ ./green_chat_server 4040      then: ../05-threads/chat_client

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "04-poll/make_selector.hpp"
#include "04-poll/nul_chat.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/green.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <set>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// #region member
// Belongs to its two threads together: the socket is closed when the second of
// them ends.
struct Member {
    Socket socket;
    std::string peer;
    green::Queue<Broadcast> outgoing{kMaxUnsent};  // in bytes

    // No room, although the kernel would take more: its thread had no time
    // yet. poll(2)
    bool is_behind(std::size_t size) const {
        if (outgoing.has_room(size)) return false;
        pollfd self{.fd = socket.fd(), .events = POLLOUT, .revents = 0};
        return ::poll(&self, 1, 0) == 1 && (self.revents & POLLHUP) == 0;
    }

    // Makes both threads end, whatever they are waiting for. shutdown(2)
    void hang_up() {
        outgoing.close();
        ::shutdown(socket.fd(), SHUT_RDWR);
    }
};

using MemberPtr = std::shared_ptr<Member>;
// #endregion member

// #region room
// Needs no lock as long as nobody waits while he walks through the members: a
// green thread is only ever interrupted where it waits. Hence first the
// waiting, then the walk.
class Room {
public:
    void join(const MemberPtr& member) { members_.insert(member); }
    void leave(const MemberPtr& member) { members_.erase(member); }

    // Who has not read for so long that its queue is full is sent away.
    void broadcast(const Broadcast& message) {
        while (somebody_is_behind(message->size()))
            green::yield();
        std::erase_if(members_, [&](const MemberPtr& member) {
            if (member->outgoing.try_put(message, message->size())) {
                return false;
            }
            say("{} does not read", member->peer);
            member->hang_up();
            return true;
        });
    }

private:
    bool somebody_is_behind(std::size_t size) const {
        return std::ranges::any_of(members_, [&](const MemberPtr& member) {
            return member->is_behind(size);
        });
    }

    std::set<MemberPtr> members_;
};

using RoomPtr = std::shared_ptr<Room>;
// #endregion room

// #region receive
void read_messages(Member& member, Room& room) {
    NulDecoder decoder;
    std::array<char, 16384> buffer;
    while (std::size_t count = green::receive(member.socket, buffer)) {
        decoder.feed({buffer.data(), count});
        while (std::optional<std::string> text = decoder.next()) {
            say("{}: {}", member.peer, printable(*text));
            room.broadcast(make_broadcast(member.peer, *text));
        }
    }
}

// The first thread.
void receive_thread(MemberPtr member, RoomPtr room) {
    room->join(member);
    try {
        read_messages(*member, *room);
        say("{} disconnected", member->peer);
    } catch (const std::exception& error) {
        say("{} disconnected: {}", member->peer, error.what());
        member->hang_up();
    }
    room->leave(member);
    member->outgoing.close();  // the other thread sends what is left, and ends
}
// #endregion receive

// #region send
// The second thread. When it can't send, it wakes the first one, which waits
// for words that will not come.
void send_thread(MemberPtr member) {
    try {
        while (std::optional<Broadcast> message = member->outgoing.take()) {
            green::send_all(member->socket, **message, 10s);
        }
    } catch (const std::system_error&) {
        member->hang_up();
    }
}
// #endregion send

// #region start
void start_threads(green::Loop& loop, Arrival client, const RoomPtr& room) {
    auto member = std::make_shared<Member>();
    member->socket = std::move(client.socket);
    member->peer = client.peer;
    try {
        loop.start([member] { send_thread(member); });
        loop.start([member, room] { receive_thread(member, room); });
        say("{} connected", member->peer);
    } catch (const std::bad_alloc&) {
        say("{} refused: no stack for it", member->peer);
        member->hang_up();
    }
}
// #endregion start

void serve_all(green::Loop& loop, const Socket& listener) {
    auto room = std::make_shared<Room>();
    for (;;) {
        Arrival client = green::accept_client(listener);
        if (client) {
            start_threads(loop, std::move(client), room);
        } else {
            say("out of descriptors: the next client has to wait");
            green::sleep_for(1s);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Socket listener = announce_listener(
            server_arguments(arguments, kNulChatPort, kServerSynopsis));
        set_nonblocking(listener);
        green::Loop loop(make_selector(selector));
        loop.start([&] { serve_all(loop, listener); });
        loop.run();
    });
}
