// Sends as many lines as it is asked for.
//
//   $ ./firehose 8000           then: nc localhost 8000, 3, Enter

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <string>
#include <utility>

using namespace tincan;

namespace {

Coro<void> send_lines(StreamReader reader, StreamWriter writer) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        if (line.ends_with('\n')) line.remove_suffix(1);
        auto count = parse_number<unsigned>(line);
        for (unsigned i = 0; i < count.value_or(0); ++i) {
            // #region starter
            writer.write(fmt::format("{} {:a>98}\n", i, ""));
            // #endregion starter
            // #region solution
            writer.write(fmt::format("{} {:a>98}\n", i, ""));
            co_await writer.drain();
            // #endregion solution
        }
    }
}

Coro<void> serve(StreamReader reader, StreamWriter writer) {
    try {
        co_await send_lines(reader, writer);
    } catch (const std::exception& error) {
        say("{}: {}", writer.peer(), error.what());
    }
}

Coro<void> serve_all(Endpoint endpoint) {
    Server server = start_server(serve, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
