// Stage 6: a coroutine for each client, as simple as stage 1, all in one
// thread (or a few), as thrifty as stage 4.
//
//   $ ./echo_server 8000        then, in two other terminals: nc localhost 8000
//   $ ./echo_server 8000 --selector=poll
//   $ ./echo_server 8000 --workers=2        in two threads, on two cores
//
// Ctrl-C ends it well: replies that have begun arrive. A second Ctrl-C ends it
// at once.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"
#include "06-coroutines/workers.hpp"

#include <memory>
#include <vector>

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
        say("{} disconnected", writer.peer());
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", writer.peer(), error.what());
    }
}
// #endregion serve

// #region serve_all
// Serves until it is told to stop; told once more, it cuts everybody off.
Coro<void> serve_all(Socket listener, std::shared_ptr<Broadcast> signals) {
    Server server = start_server(serve, std::move(listener));
    Event stop;
    Broadcast::Receiver receiver(signals, [&] {
        if (stop.is_set()) server.abort_clients();
        stop.set();
    });
    co_await serve_until(server, stop);
}
// #endregion serve_all

// #region workers
// A loop and a listener for each thread, and nothing shared between them. This
// thread takes the signals for all; if another fails, all stop.
Coro<void> serve_in_threads(Endpoint endpoint, std::size_t workers,
                            std::string selector) {
    auto signals = std::make_shared<Broadcast>();
    SignalScope scope(EventLoop::running(), {SIGINT, SIGTERM},
                      [signals] { signals->send(); });
    std::vector<Socket> listeners = listen_in_threads(endpoint, workers);
    print_line("listening on {}", to_string(local_address(listeners.front())));

    std::vector<Future<void>> others;
    for (std::size_t i = 1; i < workers; ++i) {
        auto listener = std::make_shared<Socket>(std::move(listeners[i]));
        others.push_back(to_thread([signals, selector, listener] {
            try {
                run(serve_all(std::move(*listener), signals), selector);
            } catch (...) {
                signals->send();
                throw;
            }
        }));
    }
    co_await serve_all(std::move(listeners.front()), signals);
    co_await gather(std::move(others));
}
// #endregion workers

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [--workers=1..32] [PORT [HOST]]";

std::size_t workers_argument(Arguments& given) {
    std::string text = take_option(given, "--workers").value_or("1");
    std::size_t count = parse_number<std::size_t>(text).value_or(0);
    if (count < 1 || count > 32) throw UsageError(kSynopsis);
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::size_t workers = workers_argument(arguments);
        std::string selector = selector_argument(arguments, kSynopsis);
        Endpoint endpoint = server_arguments(arguments, "8000", kSynopsis);
        run(serve_in_threads(endpoint, workers, selector), selector);
    });
}
