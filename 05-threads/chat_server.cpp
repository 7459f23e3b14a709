// Stage 5: a chat with two threads for each client, one that waits for what it
// says and one that waits for what it is to hear.
//
//   $ ./chat_server 4040        then, in two terminals: ./chat_client
//
// Not here: names and rooms (stage 7), and a chat without 2000 threads for
// 1000 clients (stages 4 and 6).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "04-poll/nul_chat.hpp"
#include "05-threads/bounded_queue.hpp"

#include <poll.h>
#include <sys/time.h>

#include <array>
#include <chrono>
#include <set>
#include <thread>

using namespace tincan;

namespace {

// #region member
// Belongs to its two threads together: the socket is closed when the second of
// them ends, so that neither can touch a descriptor that is somebody else's by
// then.
struct Member {
    Socket socket;
    std::string peer;
    BoundedQueue<Broadcast> outgoing{kMaxUnsent};  // in bytes

    // True if the connection takes nothing now, or is no more. poll(2)
    bool is_stuck() const {
        pollfd self{.fd = socket.fd(), .events = POLLOUT, .revents = 0};
        return ::poll(&self, 1, 0) == 0 || (self.revents & POLLHUP) != 0;
    }

    // False if the client has left its queue full. Not so while the kernel
    // would take more: one read can bring more messages than a queue holds, and
    // then it is the second thread that had no time yet.
    bool hears(Broadcast message) {
        while (!outgoing.try_put(message, message->size())) {
            if (is_stuck()) return false;
            std::this_thread::yield();
        }
        return true;
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
// All that the threads share, with its lock, and with the three things they
// may do. Nothing in here waits for a client.
class Room {
public:
    void join(const MemberPtr& member) {
        std::lock_guard lock(mutex_);
        members_.insert(member);
    }

    void leave(const MemberPtr& member) {
        std::lock_guard lock(mutex_);
        members_.erase(member);
    }

    // Who has not read for so long that its queue is full is sent away.
    void broadcast(const Broadcast& message) {
        std::lock_guard lock(mutex_);
        std::erase_if(members_, [&](const MemberPtr& member) {
            if (member->hears(message)) return false;
            say("{} does not read", member->peer);
            member->hang_up();
            return true;
        });
    }

private:
    std::mutex mutex_;
    std::set<MemberPtr> members_;
};

using RoomPtr = std::shared_ptr<Room>;
// #endregion room

// #region receive
void read_messages(Member& member, Room& room) {
    NulDecoder decoder;
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(member.socket, buffer)) {
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
            send_all(member->socket, **message);
        }
    } catch (const std::system_error&) {
        member->hang_up();
    }
}
// #endregion send

// #region start
// A send gives up after ten seconds in which the client took nothing. Without
// that, one that says good-bye and never reads would keep a thread for ever.
void start_threads(Arrival client, const RoomPtr& room) {
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(client.socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience,
                 sizeof patience);
    auto member = std::make_shared<Member>();
    member->socket = std::move(client.socket);
    member->peer = client.peer;
    try {
        std::thread(send_thread, member).detach();
        std::thread(receive_thread, member, room).detach();
        say("{} connected", member->peer);
    } catch (const std::system_error& error) {
        say("{} refused: no thread for it: {}", member->peer, error.what());
        member->hang_up();
    }
}
// #endregion start

[[noreturn]] void serve_all(const Socket& listener) {
    auto room = std::make_shared<Room>();
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            start_threads(std::move(client), room);
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, kNulChatPort)));
    });
}
