// Stage 4: a chat in one thread. NUL-framed UTF-8; everybody hears everybody.
//
//   $ ./chat_server 4040        then, in two terminals:
//                               ../05-threads/chat_client localhost 4040
//
// Not here: names and rooms (stage 7), and a way to read this program from top
// to bottom: what one client lives through is scattered over the callbacks of
// a loop (stage 6).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/nul_chat.hpp"
#include "04-poll/poll_selector.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <map>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// #region client
struct Client {
    Socket socket;
    std::string peer;
    NulDecoder received;
    std::deque<Broadcast> queue;  // still to be sent, the first one in part
    std::size_t sent = 0;         // bytes of the first one that have gone
    std::size_t unsent = 0;       // bytes of all of them that have not
    bool finished = false;        // has said all, and may still hear the rest
    std::string doom;             // why it will be dropped after this turn
};
// #endregion client

class ChatServer {
public:
    explicit ChatServer(Socket listener) : listener_(std::move(listener)) {
        set_nonblocking(listener_);
        selector_.add(listener_.fd(), kReadable, kListener, Trigger::level);
    }

    // #region run
    // A turn may bring events for a client that an earlier event of the same
    // turn has doomed; therefore nobody is dropped before its end.
    [[noreturn]] void run() {
        for (;;) {
            for (auto [key, events] : selector_.select(1s)) {
                if (key == kListener) {
                    accept_one();
                    continue;
                }
                Client& client = clients_.at(key);
                // Reads after a hang-up too: the last words may be unread.
                if (events & kWritable) guard(client, &ChatServer::write_to);
                if (events & ~kWritable) guard(client, &ChatServer::read_from);
            }
            drop_doomed();
            accept_again_if_paused();
        }
    }
    // #endregion run

private:
    static constexpr std::uint64_t kListener = 0;

    // #region guard
    // Whatever goes wrong with one client ends here.
    void guard(Client& client, void (ChatServer::*action)(Client&)) {
        if (!client.doom.empty()) return;
        try {
            (this->*action)(client);
        } catch (const std::system_error& error) {
            client.doom = fmt::format("disconnected: {}", error.what());
        } catch (const FramingError& error) {
            client.doom = fmt::format("dropped: {}", error.what());
        }
    }
    // #endregion guard

    // #region read
    void read_from(Client& client) {
        std::array<char, 16384> buffer;
        std::optional<std::size_t> count = try_receive(client.socket, buffer);
        if (!count) return;
        if (*count == 0) {
            client.finished = true;
            watch(client);
            return;
        }
        client.received.feed({buffer.data(), *count});
        while (std::optional<std::string> text = client.received.next()) {
            Broadcast message = make_broadcast(client.peer, *text);
            say("{}: {}", client.peer, printable(*text));
            for (auto& [key, receiver] : clients_)
                queue(receiver, message);
        }
    }
    // #endregion read

    // #region write
    // Asks for writability only while there is something to write: a socket is
    // writable nearly always, and the loop would never sleep. Who has said all
    // is not read from any more, and goes when it has heard all.
    void watch(Client& client) {
        if (client.finished && client.queue.empty()) {
            client.doom = "disconnected";
        }
        selector_.modify(client.socket.fd(),
                         (client.finished ? 0 : kReadable) |
                             (client.queue.empty() ? 0 : kWritable));
    }

    // Before somebody is called deaf, it gets a chance to prove otherwise: one
    // turn can bring more than a queue holds, to clients that read well.
    void queue(Client& client, const Broadcast& message) {
        if (client.unsent + message->size() > kMaxUnsent) {
            guard(client, &ChatServer::write_to);
        }
        if (!client.doom.empty()) return;
        if (client.unsent + message->size() > kMaxUnsent) {
            client.doom = "dropped: does not read";
            return;
        }
        client.queue.push_back(message);
        client.unsent += message->size();
        if (client.queue.size() == 1) watch(client);
    }

    void write_to(Client& client) {
        while (!client.queue.empty()) {
            std::string_view rest(*client.queue.front());
            rest.remove_prefix(client.sent);
            std::optional<std::size_t> count = try_send(client.socket, rest);
            if (!count) return;
            client.unsent -= *count;
            client.sent += *count;
            if (*count < rest.size()) return;
            client.queue.pop_front();
            client.sent = 0;
        }
        watch(client);
    }
    // #endregion write

    // #region drop
    void drop_doomed() {
        for (auto at = clients_.begin(); at != clients_.end();) {
            const Client& client = at->second;
            if (client.doom.empty()) {
                ++at;
                continue;
            }
            say("{} {}", client.peer, client.doom);
            selector_.remove(client.socket.fd());
            at = clients_.erase(at);
        }
    }
    // #endregion drop

    void accept_one() {
        Arrival client = accept_client(listener_, SOCK_NONBLOCK);
        if (client) {
            say("{} connected", client.peer);
            selector_.add(client.socket.fd(), kReadable, ++last_key_,
                          Trigger::level);
            Client& added = clients_[last_key_];
            added.socket = std::move(client.socket);
            added.peer = client.peer;
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            selector_.modify(listener_.fd(), 0);
            paused_until_ = Clock::now() + 1s;
        }
    }

    void accept_again_if_paused() {
        if (!paused_until_ || Clock::now() < *paused_until_) return;
        selector_.modify(listener_.fd(), kReadable);
        paused_until_.reset();
    }

    using Clock = std::chrono::steady_clock;

    Socket listener_;
    PollSelector selector_;
    std::map<std::uint64_t, Client> clients_;  // by the key of its events
    std::uint64_t last_key_ = kListener;
    std::optional<Clock::time_point> paused_until_;  // no accept until then
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        ChatServer(announce_listener(server_arguments(arguments, kNulChatPort)))
            .run();
    });
}
