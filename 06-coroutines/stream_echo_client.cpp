// Stage 6: sends three parts of a message, half-closes, and reads what comes
// back to its end.
//
//   $ ./stream_echo_client      needs: ./stream_echo_server

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <array>
#include <string_view>

using namespace tincan;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [HOST [PORT]]";

// A comma forgotten between the last two would make one part of them.
constexpr std::array<std::string_view, 3> kMessages{
    "This is the message. ",
    "It will be sent ",
    "in parts.",
};

// #region echo_client
Coro<void> echo_client(Endpoint server) {
    say("echo_client: connecting to {} port {}", server.host, server.port);
    auto [reader, writer] = co_await open_connection(server);
    for (std::string_view message : kMessages) {
        writer.write(message);
        say("echo_client: sending '{}'", message);
    }
    writer.write_eof();
    co_await writer.drain();

    say("echo_client: waiting for response");
    for (;;) {
        std::string_view data = co_await reader.read(128);
        if (data.empty()) break;
        say("echo_client: received '{}'", printable(data));
    }
    say("echo_client: closing");
    writer.close();
    co_await writer.wait_closed();
    say("main: closing event loop");
}
// #endregion echo_client

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        run(echo_client(client_arguments(arguments, "10000", kSynopsis)),
            selector);
    });
}
