// Stage 5: a thread for each client, each as simple as stage 1.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//
// Not here: a bound on the number of threads (pool_echo_server), and ending
// well: Ctrl-C cuts off every echo on its way (stage 6).

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
// connection ends here: the others must not notice.
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

// #region start_thread
// Nobody waits for these threads: they end with their client, or with the
// process. When the system will not give us another one, this client is
// refused (its socket closes) and the others live on.
void start_thread(Arrival client) {
    std::string peer = client.peer;
    try {
        std::thread(serve, std::move(client.socket), peer).detach();
    } catch (const std::system_error& error) {
        say("{} refused: no thread for it: {}", peer, error.what());
    }
}
// #endregion start_thread

// #region accept
[[noreturn]] void serve_all(const Socket& listener) {
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            start_thread(std::move(client));
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
