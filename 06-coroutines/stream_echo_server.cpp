// Stage 6: an echo server that keeps a log of each client.
//
//   $ ./stream_echo_server      then: ./stream_echo_client
//
// What the client sends in three parts may come in one, two or three: the
// stream keeps the bytes and their order, nothing else.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <algorithm>
#include <string>

using namespace tincan;

namespace {

// "echo_127.0.0.1_53412"
std::string log_name(std::string peer) {
    std::ranges::replace(peer, ':', '_');
    return "echo_" + peer;
}

// #region echo
Coro<void> echo(StreamReader reader, StreamWriter writer, std::string log) {
    for (;;) {
        std::string_view data = co_await reader.read(128);
        if (data.empty()) co_return;
        std::string shown = printable(data);
        say("{}: received '{}'", log, shown);
        writer.write(data);
        co_await writer.drain();
        say("{}: sent '{}'", log, shown);
    }
}
// #endregion echo

Coro<void> serve(StreamReader reader, StreamWriter writer) {
    std::string log = log_name(writer.peer());
    say("{}: connection accepted", log);
    try {
        co_await echo(reader, writer, log);
        say("{}: closing", log);
    } catch (const std::system_error& error) {
        say("{}: {}", log, error.what());
    }
}

// #region serve_all
Coro<void> serve_all(Endpoint endpoint) {
    Server server = start_server(serve, announce_listener(endpoint));
    say("main: starting up on {} port {}", endpoint.host, endpoint.port);
    co_await serve_until_signal(std::move(server));
    say("main: server closed, closing event loop");
}
// #endregion serve_all

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Endpoint endpoint =
            server_arguments(arguments, "10000", kServerSynopsis);
        run(serve_all(endpoint), selector);
    });
}
