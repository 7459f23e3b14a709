// Stage 6: three tasks sleep at the same time in one thread; then the same
// with a sleep that the loop knows nothing of.
//
//   $ ./sleepers
//   $ ./sleepers 100            a second takes 100 ms here
//
// A task gives the others their turn only where it says co_await.

#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <thread>

using namespace tincan;
using Seconds = std::chrono::duration<double>;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [MILLISECONDS]   (default: 1000, what a "
    "second takes)";

// #region sleeper
Coro<void> sleeper(int delay, Duration second) {
    co_await sleep(delay * second);
    print_line("Finished sleeper with delay: {}", delay);
}

Coro<void> blocking_sleeper(int delay, Duration second) {
    std::this_thread::sleep_for(delay * second);  // nobody else runs
    print_line("Finished sleeper with delay: {}", delay);
    co_return;
}
// #endregion sleeper

// #region three
using Sleeper = Coro<void> (*)(int, Duration);

Coro<void> three(Sleeper sleeper, Duration second) {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    TaskGroup group;
    for (int delay : {1, 3, 2})
        group.create_task(sleeper(delay, second));
    co_await group.join();
    print_line("{:.1f} s in all", Seconds(loop.time() - start) / second);
}

Coro<void> both(Duration second) {
    print_line("Each waits with co_await:");
    co_await three(sleeper, second);
    print_line("Each holds the thread:");
    co_await three(blocking_sleeper, second);
}
// #endregion three

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        if (arguments.empty()) arguments = {"1000"};
        auto milliseconds = parse_number<unsigned>(arguments[0]);
        if (!milliseconds || arguments.size() > 1) throw UsageError(kSynopsis);
        run(both(std::chrono::milliseconds(*milliseconds)), selector);
    });
}
