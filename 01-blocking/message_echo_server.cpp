// Stage 1: takes one message from each client, shows it, sends it back, and
// hangs up. A message is UTF-8 that ends in a NUL byte.
//
//   $ ./message_echo_server 4040     then, elsewhere: ./message_echo_client
//
// Not here yet: a client that says nothing keeps all others waiting (stage 5
// has the same server with a thread for each).

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "01-blocking/message.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <chrono>
#include <thread>

using namespace tincan;

namespace {

// #region serve
// Whoever sends what isn't a message is hung up on, without an answer.
void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        if (std::optional<std::string> text = receive_message(client)) {
            say("{}: {}", peer, printable(*text));
            send_all(client, to_bytes(*text));
            close_after_reply(std::move(client));
        }
        say("{} disconnected", peer);
    } catch (const std::runtime_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}
// #endregion serve

[[noreturn]] void serve_all(const Socket& listener) {
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            serve(std::move(client.socket), client.peer);
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "4040")));
    });
}
