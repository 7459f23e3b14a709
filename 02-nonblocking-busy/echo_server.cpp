// Stage 2: nothing waits any more. One thread asks every socket in turn
// whether there is something to do, all the time.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//
// Not here yet: sleep. One core is busy even when nobody says anything; look
// at it with `top` (stage 3).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

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

// #region serve
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
// #endregion serve

using Clock = std::chrono::steady_clock;

// #region accept
// Takes one client in, if one waits. When there is no descriptor left for it,
// `accept_again` is set to a second from now.
void accept_one(const Socket& listener, Clients& clients,
                Clock::time_point& accept_again) {
    Arrival client = accept_client(listener, SOCK_NONBLOCK);
    if (client) {
        say("{} connected", client.peer);
        int fd = client.socket.fd();
        clients[fd] = {std::move(client.socket), client.peer, ""};
    } else if (client.exhausted) {
        say("out of descriptors: the next client has to wait");
        accept_again = Clock::now() + std::chrono::seconds(1);
    }
}
// #endregion accept

// #region loop
[[noreturn]] void serve_all(const Socket& listener) {
    set_nonblocking(listener);
    Clients clients;
    Clock::time_point accept_again{};
    for (;;) {
        if (Clock::now() >= accept_again) {
            accept_one(listener, clients, accept_again);
        }
        for (auto at = clients.begin(); at != clients.end();) {
            bool stays = serve(at->second);
            at = stays ? std::next(at) : clients.erase(at);
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
