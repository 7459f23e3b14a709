// Stage 6: what becomes of an exception in a task. An echo server that fails on
// purpose when a client says "boom", and deals with that in one of three ways.
//
//   $ ./task_errors forgotten 8000     nobody holds the task: reported at once
//   $ ./task_errors kept 8000          a list holds it: reported at the end
//   $ ./task_errors caught 8000        the task catches and logs it itself
//   $ printf 'hello\nboom\n' | nc -N localhost 8000
//
// In all three the client's connection is closed and the others live on.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] forgotten|kept|caught [PORT [HOST]]";

// #region echo
// Line by line: what one recv brings may be half a "boom", or two.
Coro<void> echo(Arrival client) {
    auto [reader, writer] = make_streams(std::move(client.socket), client.peer);
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) break;
        say("{}: got data!", writer.peer());
        if (without_line_end(line) == "boom") {
            throw std::runtime_error("Unexpected network error");
        }
        writer.write(line);
        co_await writer.drain();
    }
    writer.close();
    co_await writer.wait_closed();
}
// #endregion echo

// #region caught
Coro<void> echo_and_catch(Arrival client) {
    std::string peer = client.peer;
    try {
        co_await echo(std::move(client));
    } catch (const std::exception& error) {
        say("{}: {}", peer, error.what());
    }
}
// #endregion caught

// #region three_ways
enum class Way { forgotten, kept, caught };

// A task that fails tells whoever awaits it. If the last handle goes and nobody
// ever has asked, the runtime reports the exception, so that it is not lost in
// silence; while somebody holds a handle, he may ask yet.
Coro<void> listen_for_connections(Socket listening, Way way) {
    EventLoop& loop = EventLoop::running();
    AsyncSocket listener(std::move(listening), Trigger::level);
    std::vector<Task<void>> kept;  // grows and grows
    for (;;) {
        Arrival client = co_await sock_accept(listener);
        if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            co_await sleep(1s);
            continue;
        }
        say("got a connection from {}", client.peer);
        std::string name = client.peer;
        switch (way) {
            case Way::forgotten:
                loop.create_task(echo(std::move(client)), name);
                break;
            case Way::kept:
                kept.push_back(loop.create_task(echo(std::move(client)), name));
                break;
            case Way::caught:
                loop.create_task(echo_and_catch(std::move(client)), name);
                break;
        }
    }
}
// #endregion three_ways

// Until Ctrl-C; then `run` cancels the tasks, and with them goes the list.
Coro<void> serve_all(Socket listener, Way way) {
    EventLoop& loop = EventLoop::running();
    Event stop;
    SignalScope signals(loop, {SIGINT, SIGTERM}, [&] { stop.set(); });
    loop.create_task(listen_for_connections(std::move(listener), way),
                     "listen_for_connections");
    co_await stop.wait();
    say("the end");
}

Way way_argument(Arguments& given) {
    std::string name = given.empty() ? "" : given[0];
    if (name != "forgotten" && name != "kept" && name != "caught") {
        throw UsageError(kSynopsis);
    }
    given.erase(given.begin());
    if (name == "forgotten") return Way::forgotten;
    return name == "kept" ? Way::kept : Way::caught;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        Way way = way_argument(arguments);
        Endpoint endpoint = server_arguments(arguments, "8000", kSynopsis);
        run(serve_all(announce_listener(endpoint), way), selector);
    });
}
