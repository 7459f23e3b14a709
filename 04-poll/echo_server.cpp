// Stage 4: the same as stage 3 with poll, which takes a list of descriptors
// instead of a set of bits: no descriptor is too high for it.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//
// Not here yet: a list that the kernel keeps, so that it need not be written
// and read through for every event (epoll_echo_server).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <poll.h>

#include <array>
#include <chrono>
#include <map>
#include <vector>

using namespace tincan;

namespace {

// #region client
struct Client {
    Socket socket;
    std::string peer;
    std::string unsent;  // what the kernel would not take yet
};

using Clients = std::map<int, Client>;  // by descriptor
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
// Takes in everybody who waits: a turn costs as much as there are clients, so
// there had better not be one for each newcomer. When there is no descriptor
// left, `accept_again` is set to a second from now.
void accept_all(const Socket& listener, Clients& clients,
                Clock::time_point& accept_again) {
    for (;;) {
        Arrival client = accept_client(listener, SOCK_NONBLOCK);
        if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            accept_again = Clock::now() + std::chrono::seconds(1);
        }
        if (!client) return;
        say("{} connected", client.peer);
        int fd = client.socket.fd();
        clients[fd] = {std::move(client.socket), client.peer, ""};
    }
}
// #endregion accept

// #region wait
using Ready = std::vector<pollfd>;  // the listener, then every client in turn

// Sleeps until a socket needs us; false after a second in which none did, or
// when a signal's handler or a lack of memory cut the wait short.
bool wait_for_events(int listener, const Clients& clients, Ready& ready) {
    ready.assign(1, {listener, POLLIN, 0});  // poll skips descriptor -1
    for (const auto& [fd, client] : clients) {
        short wanted = client.unsent.empty() ? POLLIN : POLLOUT;
        ready.push_back({fd, wanted, 0});
    }
    int count = ::poll(ready.data(), ready.size(), 1000);
    if (count == -1 && (errno == EINTR || errno == ENOMEM)) return false;
    return check(count, "poll") > 0;
}
// #endregion wait

// #region loop
[[noreturn]] void serve_all(const Socket& listener) {
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
        auto report = ready.begin();
        bool someone_waits = report->revents != 0;
        for (auto at = clients.begin(); at != clients.end();) {
            bool stays = (++report)->revents == 0 || serve(at->second);
            at = stays ? std::next(at) : clients.erase(at);
        }
        if (someone_waits) {
            accept_all(listener, clients, accept_again);
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
