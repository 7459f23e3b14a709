// Stage 6: children that sleep, one after another and at once. The clock
// begins anew with each paragraph.
//
//   $ ./process_sleepers

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <vector>

using namespace tincan;

namespace {

// #region start
class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(EventLoop::running().time() -
                                             start_)
            .count();
    }

private:
    TimePoint start_ = EventLoop::running().time();
};

Process start_sleep(const Stopwatch& watch) {
    print_line("Started sleep at {:.1f}", watch.seconds());
    return create_subprocess_exec({"sleep", "0.1"});
}

Coro<void> process_sleeper(Stopwatch watch) {
    Process process = start_sleep(watch);
    co_await process.wait();
    print_line("Finished sleep at {:.1f}", watch.seconds());
}
// #endregion start

// #region three_ways
Coro<void> one_after_another() {
    print_line("Three, one after another:");
    Stopwatch watch;
    for (int i = 0; i < 3; ++i)
        co_await process_sleeper(watch);
}

// All run by themselves; only we wait for one after another.
Coro<void> at_once() {
    print_line("Five at once:");
    Stopwatch watch;
    std::vector<Process> processes;
    processes.reserve(5);
    for (int i = 0; i < 5; ++i)
        processes.push_back(start_sleep(watch));
    for (Process& process : processes) {
        co_await process.wait();
        print_line("Finished sleep at {:.1f}", watch.seconds());
    }
}

// The same, and each task tells its whole story.
Coro<void> in_tasks() {
    print_line("Five awaited:");
    Stopwatch watch;
    TaskGroup group;
    for (int i = 0; i < 5; ++i)
        group.create_task(process_sleeper(watch));
    co_await group.join();
}
// #endregion three_ways

Coro<void> all_ways() {
    co_await one_after_another();
    co_await at_once();
    co_await in_tasks();
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        run(all_ways(), only_selector_argument(arguments));
    });
}
