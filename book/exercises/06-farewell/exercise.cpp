// Doubles numbers, a line each, until Ctrl-C.
//
//   $ ./farewell 8000           then: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <csignal>

using namespace tincan;

namespace {

Coro<void> double_numbers(StreamReader reader, StreamWriter writer) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) break;
        if (line.ends_with('\n')) line.remove_suffix(1);
        auto number = parse_number<int>(line);
        writer.write(fmt::format("{}\n", 2L * number.value_or(0)));
        co_await writer.drain();
    }
    // #region solution
    writer.write("goodbye\n");
    co_await writer.drain();
    // #endregion solution
}

Coro<void> serve(StreamReader reader, StreamWriter writer) {
    try {
        co_await double_numbers(reader, writer);
    } catch (const std::exception& error) {
        say("{}: {}", writer.peer(), error.what());
    }
}

Coro<void> serve_all(Endpoint endpoint) {
    Server server = start_server(serve, announce_listener(endpoint));
    // #region starter
    Event stop;
    SignalScope signals(EventLoop::running(), {SIGINT, SIGTERM},
                        [&stop] { stop.set(); });
    co_await stop.wait();
    server.close();
    server.abort_clients();
    co_await server.wait_closed();
    // #endregion starter
    // #region solution
    co_await serve_until_signal(std::move(server));
    // #endregion solution
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
