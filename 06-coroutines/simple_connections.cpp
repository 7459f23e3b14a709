// Stage 6: a server that sends as many lines as it is asked for, and clients
// that take a second to read each. All print their times on the server's clock.
//
//   $ ./simple_connections server           ends after five seconds
//   $ ./simple_connections client 3         at the same time in two terminals
//   $ ./simple_connections server 1234 60   ends after a minute

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] server [PORT [SECONDS]] | client N [PORT]";
constexpr unsigned kMostLines = 1000;

// #region clock
// Seconds since 1970: the one clock that two processes have in common.
double now() {
    auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since_1970).count();
}

void print_at(double start, const std::string& text) {
    print_line("{:.1f} {}", now() - start, text);
}
// #endregion clock

// #region server
Coro<void> send_lines(StreamWriter writer, unsigned count, double start) {
    const std::string& client = writer.peer();
    print_at(start, "Started sending to " + client);
    for (unsigned i = 0; i < count; ++i) {
        std::string line = fmt::format("client: {}, {}", client, i);
        print_at(start, line);
        writer.write(line + "\n");
        co_await writer.drain();
    }
    print_at(start, "Finished sending to " + client);
}

Coro<void> talk(StreamReader reader, StreamWriter writer, double start) {
    writer.write(fmt::format("{:.2f}\n", start));
    co_await writer.drain();

    std::string line(without_line_end(co_await reader.readline()));
    auto count = parse_number<unsigned>(line);
    if (count && *count <= kMostLines) {
        co_await send_lines(writer, *count, start);
    } else {
        writer.write(fmt::format("error: '{}' is no number from 0 to {}\n",
                                 printable(line), kMostLines));
    }
}

Coro<void> handle_connection(StreamReader reader, StreamWriter writer,
                             double start) {
    print_at(start, "Client connected " + writer.peer());
    try {
        co_await talk(reader, writer, start);
    } catch (const std::exception& error) {
        print_at(start, fmt::format("{}: {}", writer.peer(), error.what()));
    }
}

Coro<void> serve(Endpoint endpoint, Duration at_most) {
    double start = now();
    auto handler = [start](StreamReader reader, StreamWriter writer) {
        return handle_connection(reader, writer, start);
    };
    Server server = start_server(handler, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server), at_most);
}
// #endregion server

// #region client
// A second for each line, as if it took that long to do something with it.
Coro<void> take_lines(std::string count, Endpoint server) {
    auto [reader, writer] = co_await open_connection(server);
    AsyncGenerator<std::string_view> received = lines(reader);
    std::optional<std::string_view> first = co_await received.next();
    auto start = parse_number<double>(without_line_end(first.value_or("")));
    if (!start || !std::isfinite(*start)) {
        throw std::runtime_error("the server does not tell its start time");
    }
    writer.write(count + "\n");
    co_await writer.drain();
    for (;;) {
        std::optional<std::string_view> line = co_await received.next();
        if (!line) break;
        std::string text = printable(without_line_end(*line));
        co_await sleep(1s);
        print_at(*start, "Got line:  " + text);
    }
    writer.close();
    co_await writer.wait_closed();
}
// #endregion client

// The argument at `at`, or `otherwise` if there are fewer.
std::string argument(const Arguments& given, std::size_t at,
                     const char* otherwise) {
    return at < given.size() ? given[at] : otherwise;
}

void run_as_told(const Arguments& given, const std::string& selector) {
    std::string role = argument(given, 0, "");
    bool is_server = role == "server";
    bool is_client = role == "client" && given.size() > 1;
    Endpoint endpoint{.host = "127.0.0.1",
                      .port = argument(given, is_server ? 1 : 2, "1234")};
    auto seconds = parse_number<unsigned>(argument(given, 2, "5"));
    if ((!is_server && !is_client) || given.size() > 3 ||
        !is_port(endpoint.port) || (is_server && !seconds)) {
        throw UsageError(kSynopsis);
    }
    if (is_server) {
        run(serve(endpoint, std::chrono::seconds(*seconds)), selector);
    } else {
        run(take_lines(given[1], endpoint), selector);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        run_as_told(arguments, selector);
    });
}
