// Stage 1: serves one client until it leaves, then the next.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//
// Not here yet: a second client is connected, says its kernel, but waits in
// the queue until the first one leaves; one that never reads its echo makes it
// wait for ever (stages 2 to 5). Ctrl-C cuts off an echo on its way (stage 6).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"

#include <array>
#include <chrono>
#include <thread>

using namespace tincan;

namespace {

// #region echo
// Sends back all that the client says, until it has said everything.
void echo(const Socket& client) {
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(client, buffer)) {
        send_all(client, {buffer.data(), count});
    }
}
// #endregion echo

// #region serve
// One client from the first byte to the last. Whatever goes wrong with its
// connection ends here: the next one must not notice.
void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        echo(client);
        say("{} disconnected", peer);
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}
// #endregion serve

// #region accept
[[noreturn]] void serve_all(const Socket& listener) {
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            serve(std::move(client.socket), client.peer);
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
}
// #endregion accept

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
