// Stage 6: asks a web server for its first page and prints what it answers,
// line by line.
//
//   $ ./http_get example.com
//   $ ./http_get localhost 8000     needs: python3 -m http.server 8000
//
// Not here: the parts of an answer, and TLS (stage 7).

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/http.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <optional>
#include <string_view>

using namespace tincan;

namespace {

constexpr std::size_t kLongestLine = 1 << 20;

// #region read_until_empty
AsyncGenerator<std::string_view> read_until_empty(StreamReader reader) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        co_yield line;  // borrowed until the next one
    }
}
// #endregion read_until_empty

// #region get
// drain does not wait until all is sent, only until the queue is short again;
// this request is far too short to make it wait at all.
Coro<void> get(Endpoint server) {
    auto [reader, writer] = co_await open_connection(server, kLongestLine);
    writer.write(get_request(to_string(server)));
    co_await writer.drain();

    AsyncGenerator<std::string_view> response = read_until_empty(reader);
    for (;;) {
        std::optional<std::string_view> line = co_await response.next();
        if (!line) break;
        print_response_line(*line);
    }
    writer.close();
    co_await writer.wait_closed();
}
// #endregion get

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kHttpSynopsis);
        run(get(http_arguments(arguments)), selector);
    });
}
