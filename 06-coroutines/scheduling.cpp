// Stage 6: in which order, and when, the loop calls what it was asked to call.
//
//   $ ./scheduling              takes about two seconds

#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <functional>
#include <thread>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

double seconds_since(TimePoint start) {
    return std::chrono::duration<double>(TimePoint::clock::now() - start)
        .count();
}

// #region asks
// What each part asks of the loop: the last first. `named` makes something to
// call of a name.
using Named = std::function<std::function<void()>(const char* name)>;

void ask(EventLoop& loop, TimePoint call_at, Named named) {
    loop.call_at(call_at, named("call_at"));
    loop.call_later(100ms, named("call_later"));
    loop.call_soon(named("call_soon"));
    loop.call_soon_threadsafe(named("call_soon_threadsafe"));
    loop.call_later(1s, [&] { loop.stop(); });
    loop.run_forever();
}
// #endregion asks

// #region blocking
// A callback has the thread until it returns: all others are late.
void block(TimePoint start, const char* name) {
    print_line("Started {} at {:.1f}", name, seconds_since(start));
    std::this_thread::sleep_for(200ms);
    print_line("Finished {} at {:.1f}", name, seconds_since(start));
}

void callbacks_that_block(EventLoop& loop) {
    TimePoint start = loop.time();
    ask(loop, start + 200ms, [start](const char* name) {
        return [start, name] { block(start, name); };
    });
}
// #endregion blocking

// #region coroutines
// A coroutine gives the thread away while it waits.
Coro<void> wait(TimePoint start, const char* name) {
    print_line("Started {} at {:.1f}", name, seconds_since(start));
    co_await sleep(200ms);
    print_line("Finished {} at {:.1f}", name, seconds_since(start));
}

// Those that were called soon end at 0.2, too: so that call_at comes before
// them every time, it has the 10 ms that epoll's rounding and a busy machine
// may take.
void coroutines(EventLoop& loop) {
    TimePoint start = loop.time();
    ask(loop, start + 190ms, [&loop, start](const char* name) {
        return [&loop, start, name] { loop.create_task(wait(start, name)); };
    });
}
// #endregion coroutines

std::function<void()> printer(const char* line) {
    return [line] { print_line("{}", line); };
}

// #region one_turn
// Who was asked for with call_soon is in the queue already when the loop looks
// for timers that are due: those come behind it. The queue is first come,
// first served.
void one_turn(EventLoop& loop) {
    loop.call_soon([&loop] {
        loop.call_later(10ms, printer("a timer that was due before them"));
        std::this_thread::sleep_for(20ms);
        loop.call_soon(printer("first call_soon"));
        loop.call_soon(printer("second call_soon"));
        loop.call_later(10ms, [&loop] { loop.stop(); });
    });
    loop.run_forever();
}
// #endregion one_turn

// #region cancelled
// A handle belongs to the loop's thread. Another thread sends the loop a
// function that cancels it. It is joined before the loop runs: on a busy
// machine it might begin when the 50 ms are over.
void cancelled_handles(EventLoop& loop) {
    Handle soon = loop.call_soon(printer("never"));
    soon.cancel();
    Handle later = loop.call_later(50ms, printer("never"));
    later.cancel();
    Handle other = loop.call_later(50ms, printer("never"));
    std::thread thread([&loop, other] {
        loop.call_soon_threadsafe([other]() mutable {
            other.cancel();
            print_line("cancelled from another thread");
        });
    });
    thread.join();
    loop.call_later(100ms, [&loop] { loop.stop(); });
    loop.run_forever();
}
// #endregion cancelled

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        EventLoop loop(make_selector(only_selector_argument(arguments)));
        print_line("Callbacks that block:");
        callbacks_that_block(loop);
        print_line("Coroutines:");
        coroutines(loop);
        print_line("In one turn:");
        one_turn(loop);
        print_line("Cancelled:");
        cancelled_handles(loop);
    });
}
