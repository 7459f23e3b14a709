// Stage 5: takes one message from each client, as the one of stage 1 does, but
// in a thread for each, and tells it who it is: "127.0.0.1:42974: hello".
//
//   $ ./message_echo_server 4040     then, elsewhere:
//                                    ../01-blocking/message_echo_client
//
// Not here: a bound on the number of threads (pool_echo_server).

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
            std::string answer = fmt::format("{}: {}", peer, *text);
            say("{}", printable(answer));
            send_all(client, to_bytes(answer));
            close_after_reply(std::move(client));
        }
        say("{} disconnected", peer);
    } catch (const std::runtime_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}
// #endregion serve

// Without a thread for it a client is refused; the others live on.
void start_thread(Arrival client) {
    std::string peer = client.peer;
    try {
        std::thread(serve, std::move(client.socket), peer).detach();
    } catch (const std::system_error& error) {
        say("{} refused: no thread for it: {}", peer, error.what());
    }
}

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

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "4040")));
    });
}
