// Takes messages that have their length in front (four bytes, the most
// significant one first), and answers with the number of their x's.
//
//   $ ./framed 8000
//   $ printf '\0\0\0\3xyx' | nc localhost 8000       in another terminal

#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

using namespace tincan;

namespace {

std::uint32_t length_of(std::string_view header) {
    std::uint32_t length = 0;
    for (char byte : header)
        length = length << 8 | static_cast<unsigned char>(byte);
    return length;
}

Coro<void> count_them(StreamReader reader, StreamWriter writer) {
    for (;;) {
        // #region starter
        std::string header(co_await reader.read(4));
        if (header.empty()) co_return;
        std::string_view message = co_await reader.read(length_of(header));
        // #endregion starter
        // #region solution
        std::string header(co_await reader.readexactly(4));
        std::uint32_t length = length_of(header);
        if (length > 65536) co_return;
        std::string_view message = co_await reader.readexactly(length);
        // #endregion solution
        writer.write(fmt::format("{}\n", std::ranges::count(message, 'x')));
        co_await writer.drain();
    }
}

Coro<void> serve(StreamReader reader, StreamWriter writer) {
    try {
        co_await count_them(reader, writer);
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
