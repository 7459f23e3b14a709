// Stage 4: the same with epoll. The kernel keeps the list and returns only who
// is ready, so that ten thousand silent clients cost nothing.
//
//   $ ./epoll_echo_server 8000           level-triggered, as poll is
//   $ ./epoll_echo_server --edge 8000    edge-triggered
//
// Not here yet: anything but echo. Each of its steps is cut up by the loop; a
// conversation told in one piece is stage 6.

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/epoll_selector.hpp"

#include <array>
#include <chrono>
#include <map>
#include <set>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

struct Client {
    Socket socket;
    std::string peer;
    std::string unsent;  // what the kernel would not take yet
};

// What is to be done with a client after one step of its echo.
enum class Next { step, wait, drop };

// #region echo
// One step: reads once, if the last echo is sent, and writes once.
Next echo(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 16384> buffer;
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
// #endregion echo

// The same; whatever goes wrong with the connection ends here: the others
// must not notice.
Next serve(Client& client) {
    try {
        Next next = echo(client);
        if (next == Next::drop) say("{} disconnected", client.peer);
        return next;
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", client.peer, error.what());
        return Next::drop;
    }
}

class EchoServer {
public:
    EchoServer(Socket listener, Trigger trigger)
        : listener_(std::move(listener)), trigger_(trigger) {
        set_nonblocking(listener_);
        watch(listener_, kReadable, Trigger::level);
    }

    // #region run
    [[noreturn]] void run() {
        for (;;) {
            std::set<int> turn = std::move(unfinished_);
            unfinished_.clear();
            for (auto [key, events] :
                 selector_.select(turn.empty() ? 1s : 0s)) {
                turn.insert(static_cast<int>(key));
            }
            if (turn.erase(listener_.fd()) != 0) accept_one();
            for (int fd : turn)
                serve_one(fd);
            accept_again_if_paused();
        }
    }
    // #endregion run

private:
    void watch(const Socket& socket, Events wanted, Trigger trigger) {
        auto key = static_cast<std::uint64_t>(socket.fd());
        selector_.add(socket.fd(), wanted, key, trigger);
    }

    // #region triggers
    // Level-triggered: who has an echo under way is waited for as a writer and
    // not read from, as with poll; the kernel has to be told of each change.
    // Edge-triggered: both are registered once and for all. The kernel tells
    // of each change once, so that whoever has not come to EAGAIN yet must be
    // remembered here: there will be no second event for the rest.
    void serve_one(int fd) {
        Client& client = clients_.at(fd);
        bool was_reading = client.unsent.empty();
        Next next = serve(client);
        bool reading = client.unsent.empty();
        if (next == Next::drop) {
            selector_.remove(fd);
            clients_.erase(fd);
        } else if (trigger_ == Trigger::edge) {
            if (next == Next::step) unfinished_.insert(fd);
        } else if (reading != was_reading) {
            selector_.modify(fd, reading ? kReadable : kWritable);
        }
    }
    // #endregion triggers

    // Unlike a list of our own, the kernel's may have no room for one more.
    void take_in(Arrival client) {
        bool edge = trigger_ == Trigger::edge;
        try {
            watch(client.socket, edge ? kReadable | kWritable : kReadable,
                  trigger_);
        } catch (const std::system_error& error) {
            say("{} refused: {}", client.peer, error.what());
            return;
        }
        say("{} connected", client.peer);
        int fd = client.socket.fd();
        clients_[fd] = {std::move(client.socket), client.peer, ""};
    }

    void accept_one() {
        Arrival client = accept_client(listener_, SOCK_NONBLOCK);
        if (client) {
            take_in(std::move(client));
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
    Trigger trigger_;
    EpollSelector selector_;
    std::map<int, Client> clients_;  // by descriptor
    std::set<int> unfinished_;       // have more to do, will not be reported
    std::optional<Clock::time_point> paused_until_;  // no accept until then
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        bool edge = std::erase(arguments, "--edge") != 0;
        Endpoint endpoint =
            server_arguments(arguments, "8000", "[--edge] [PORT [HOST]]");
        EchoServer(announce_listener(endpoint),
                   edge ? Trigger::edge : Trigger::level)
            .run();
    });
}
