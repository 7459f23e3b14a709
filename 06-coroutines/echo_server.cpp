// Stage 6: a coroutine for each client, as simple as stage 1, all in one
// thread, as thrifty as stage 4.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//   $ ./echo_server 8000 --selector=poll
//
// Ctrl-C ends it well: replies that have begun arrive. A second Ctrl-C ends it
// at once.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

using namespace tincan;

namespace {

// #region echo
// Sends back all that the client says, until it has said everything. Who
// won't take its echo is not read from either: drain waits.
Coro<void> echo(StreamReader reader, StreamWriter writer) {
    for (;;) {
        std::string_view bytes = co_await reader.read();
        if (bytes.empty()) co_return;
        writer.write(bytes);
        co_await writer.drain();
    }
}
// #endregion echo

// #region serve
// One client from the first byte to the last. Whatever goes wrong with its
// connection ends here: the others must not notice.
Coro<void> serve(StreamReader reader, StreamWriter writer) {
    say("{} connected", writer.peer());
    try {
        co_await echo(reader, writer);
        writer.close();
        co_await writer.wait_closed();
        say("{} disconnected", writer.peer());
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", writer.peer(), error.what());
    }
}
// #endregion serve

// #region serve_all
Coro<void> serve_all(Endpoint endpoint) {
    Server server = start_server(serve, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}
// #endregion serve_all

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Endpoint endpoint =
            server_arguments(arguments, "8000", kServerSynopsis);
        run(serve_all(endpoint), selector);
    });
}
