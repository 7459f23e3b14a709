// Stage 1: sends what you type to message_echo_server, a line a message and a
// connection, and shows what comes back. "q" or Ctrl-D ends it.
//
//   $ ./message_echo_client localhost 4040
//
// It asks for the text first and connects then: the other way round, a server
// that serves one client at a time would wait for our fingers.

#include "01-blocking/connection.hpp"
#include "01-blocking/message.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <iostream>

using namespace tincan;

namespace {

// #region converse
void converse(const Endpoint& server, const std::string& text) {
    std::string bytes = to_bytes(text);
    Socket socket = connect_to(server);
    say("connected to {}", to_string(server));
    send_all(socket, bytes);
    say("sent message: {}", printable(text));
    std::optional<std::string> echo = receive_message(socket);
    if (!echo) throw FramingError("the server hung up without an answer");
    print_line("received echo: {}", printable(*echo));
}
// #endregion converse

// False at the end of the input.
bool ask(std::string& text) {
    print_line("type a message, Enter sends it, q quits");
    return std::getline(std::cin, text) && text != "q";
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Endpoint server = client_arguments(arguments, "4040");
        std::string text;
        while (ask(text)) {
            converse(server, text);
            say("closed connection to server");
        }
    });
}
