// Stage 3: one thread asks the kernel which sockets are ready, and touches
// only those.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//
// Not here yet: more than 1024 descriptors (stage 4).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <sys/select.h>

#include <array>
#include <chrono>
#include <map>

using namespace tincan;

namespace {

// #region client
struct Client {
    Socket socket;
    std::string peer;
    std::string unsent;  // what the kernel would not take yet
};

using Clients = std::map<int, Client>;  // by descriptor, as select names them
// #endregion client

// #region echo
// Does what can be done for this client now; false once it has said all and
// has all of its echo. Who won't take its echo is not read from either:
// otherwise `unsent` would grow for as long as it goes on talking.
bool echo(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 16384> buffer;
        std::optional<std::size_t> count = try_receive(client.socket, buffer);
        if (!count) return true;
        if (*count == 0) return false;
        client.unsent.assign(buffer.data(), *count);
    }
    std::size_t sent = try_send(client.socket, client.unsent).value_or(0);
    client.unsent.erase(0, sent);
    return true;
}
// #endregion echo

// The same; whatever goes wrong with the connection ends here: the others
// must not notice.
bool serve(Client& client) {
    try {
        if (echo(client)) return true;
        say("{} disconnected", client.peer);
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", client.peer, error.what());
    }
    return false;
}

using Clock = std::chrono::steady_clock;

// #region accept
// Takes one client in, if one waits. When there is no descriptor left for it,
// `accept_again` is set to a second from now.
void accept_one(const Socket& listener, Clients& clients,
                Clock::time_point& accept_again) {
    Arrival client = accept_client(listener, SOCK_NONBLOCK);
    if (client && client.socket.fd() >= FD_SETSIZE) {
        // FD_SET would write beyond the end of the set, in silence.
        say("{} refused: descriptor {} does not fit into a set of {}",
            client.peer, client.socket.fd(), FD_SETSIZE);
    } else if (client) {
        say("{} connected", client.peer);
        int fd = client.socket.fd();
        clients[fd] = {std::move(client.socket), client.peer, ""};
    } else if (client.exhausted) {
        say("out of descriptors: the next client has to wait");
        accept_again = Clock::now() + std::chrono::seconds(1);
    }
}
// #endregion accept

// #region wait
struct Ready {
    fd_set readable;
    fd_set writable;

    bool operator()(int fd) const {
        return FD_ISSET(fd, &readable) || FD_ISSET(fd, &writable);
    }
};

// Sleeps until a socket needs us; false after a second in which none did, or
// when a signal's handler or a lack of memory cut the wait short.
bool wait_for_events(int listener, const Clients& clients, Ready& ready) {
    FD_ZERO(&ready.readable);
    FD_ZERO(&ready.writable);
    int highest = listener;
    if (listener != -1) FD_SET(listener, &ready.readable);
    for (const auto& [fd, client] : clients) {
        FD_SET(fd, client.unsent.empty() ? &ready.readable : &ready.writable);
        highest = std::max(highest, fd);
    }
    timeval one_second{.tv_sec = 1, .tv_usec = 0};
    int count = ::select(highest + 1, &ready.readable, &ready.writable, nullptr,
                         &one_second);
    if (count == -1 && (errno == EINTR || errno == ENOMEM)) return false;
    return check(count, "select") > 0;
}
// #endregion wait

// #region loop
[[noreturn]] void serve_all(const Socket& listener) {
    if (listener.fd() >= FD_SETSIZE) {
        throw std::runtime_error("the listener does not fit into a set");
    }
    set_nonblocking(listener);
    Clients clients;
    Clock::time_point accept_again{};
    for (;;) {
        bool accepting = Clock::now() >= accept_again;
        Ready ready;
        if (!wait_for_events(accepting ? listener.fd() : -1, clients, ready)) {
            say("nothing to do");
            continue;
        }
        for (auto at = clients.begin(); at != clients.end();) {
            bool stays = !ready(at->first) || serve(at->second);
            at = stays ? std::next(at) : clients.erase(at);
        }
        if (accepting && ready(listener.fd())) {
            accept_one(listener, clients, accept_again);
        }
    }
}
// #endregion loop

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
