// Doubles numbers, a line each. Ctrl-C ends it: it cancels all clients.
//
//   $ ./swallow 8000            then: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

long doubled(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    auto number = parse_number<int>(line);
    if (!number) throw std::invalid_argument("not a number");
    return 2L * *number;
}

Coro<void> serve(Arrival client) {
    auto [reader, writer] = make_streams(std::move(client.socket), client.peer);
    bool over = false;
    while (!over) {
        std::string answer;
        try {
            std::string_view line = co_await reader.readline();
            over = line.empty();
            if (!over) answer = fmt::format("{}\n", doubled(line));
        }
        // #region starter
        catch (...) {  // one bad line must not end the connection
            answer = "error\n";
        }
        // #endregion starter
        // #region solution
        catch (const std::invalid_argument&) {  // only what we know of
            answer = "error\n";
        }
        // #endregion solution
        writer.write(answer);
        co_await writer.drain();
    }
}

Coro<void> accept_all(Socket listening) {
    AsyncSocket listener(std::move(listening), Trigger::level);
    for (;;) {
        Arrival client = co_await sock_accept(listener);
        if (client) create_task(serve(std::move(client)), client.peer);
        if (client.exhausted) co_await sleep(1s);
    }
}

// When it returns, `run` cancels all tasks that are left.
Coro<void> until_signal(Socket listener) {
    Event stop;
    SignalScope signals(EventLoop::running(), {SIGINT, SIGTERM},
                        [&stop] { stop.set(); });
    create_task(accept_all(std::move(listener)), "accept_all");
    co_await stop.wait();
    say("stopping");
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        Endpoint endpoint = server_arguments(arguments, "8000");
        run(until_signal(announce_listener(endpoint)));
    });
}
