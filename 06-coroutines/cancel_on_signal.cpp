// Stage 6: Ctrl-C cancels all tasks; each sees that at its co_await, and may
// clean up before it ends.
//
//   $ ./cancel_on_signal        then Ctrl-C; without it, it ends after 10 s

#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <csignal>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// #region tasks
// A CancelledError must be thrown on: a task that swallows it goes on as if
// nothing had happened.
Coro<void> delay(std::chrono::seconds duration) {
    print_line("delay: sleeping for {} second(s)", duration.count());
    try {
        co_await sleep(duration);
    } catch (const CancelledError&) {
        print_line("delay: cancelled in its sleep");
        throw;
    }
}

// Cancelled, it cancels what it waits for, and waits until that has ended.
Coro<void> await_task(Task<void> task) {
    try {
        co_await task;
    } catch (const CancelledError&) {
        print_line("friend: cancelled, and so is {}", task.name());
        throw;
    }
}

// Waiting is not possible in a catch block, but behind it.
Coro<void> tidy() {
    try {
        co_await sleep(1h);
        co_return;
    } catch (const CancelledError&) {
        print_line("tidy: cancelled, cleans up");
    }
    co_await sleep(100ms);
    print_line("tidy: has cleaned up");
    throw CancelledError();
}
// #endregion tasks

// #region cancel_tasks
// Called by the loop, not in the midst of things as a handler of sigaction(2).
void cancel_tasks() {
    print_line("Got a SIGINT!");
    std::vector<AnyTask> tasks = all_tasks();
    print_line("Cancelling {} task(s).", tasks.size());
    for (AnyTask& task : tasks)
        task.cancel();
}
// #endregion cancel_tasks

// #region wait_for_others
// All tasks but this one: it would wait for itself, for ever.
Coro<void> wait_for_others() {
    std::vector<AnyTask> others = all_tasks();
    std::erase(others, current_task());
    if (others.empty()) co_return;
    co_await wait(others);
    for (const AnyTask& task : others) {
        print_line("{} has ended: {}", task.name(),
                   task.cancelled() ? "cancelled" : "done");
    }
}
// #endregion wait_for_others

// #region main
Coro<void> demo() {
    SignalScope signals(EventLoop::running(), {SIGINT}, cancel_tasks);
    Task<void> sleeper = create_task(delay(10s), "delay");
    create_task(await_task(sleeper), "friend");
    create_task(tidy(), "tidy");
    try {
        co_await sleep(10s);
        co_return;
    } catch (const CancelledError&) {
        print_line("main: cancelled, waits for the others");
    }
    co_await wait_for_others();
    throw CancelledError();
}
// #endregion main

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = only_selector_argument(arguments);
        try {
            run(demo(), selector);
        } catch (const CancelledError&) {
            print_line("run: main was cancelled");
        }
    });
}
