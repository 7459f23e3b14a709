// Ticks every 100 ms, and plays a note each time, which takes a while too.
//
//   $ ./metronome 5             five ticks, each note takes 30 ms
//   $ ./metronome 5 250         each takes 250 ms
//
// It runs on a virtual clock: hours take no time, and 100 ms are 100 ms.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <memory>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

Coro<void> play_note(Duration note) {
    co_await sleep(note);
}

Coro<void> tick(unsigned ticks, Duration note) {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    // #region solution
    TimePoint next = start;
    // #endregion solution
    for (unsigned i = 0; i < ticks; ++i) {
        print_line("tick at {} ms", (loop.time() - start) / 1ms);
        co_await play_note(note);
        // #region starter
        co_await sleep(100ms);
        // #endregion starter
        // #region solution
        while (next <= loop.time())
            next += 100ms;
        co_await sleep(next - loop.time());
        // #endregion solution
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() == 1) arguments.push_back("30");
        if (arguments.size() != 2) throw UsageError("TICKS [MILLISECONDS]");
        auto ticks = parse_number<unsigned>(arguments[0]);
        auto note = parse_number<unsigned>(arguments[1]);
        if (!ticks || !note) throw UsageError("TICKS [MILLISECONDS]");
        EventLoop loop(make_selector("epoll"),
                       std::make_unique<VirtualClock>());
        loop.run_until_complete(tick(*ticks, std::chrono::milliseconds(*note)));
    });
}
