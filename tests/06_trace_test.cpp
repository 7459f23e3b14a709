// The trace hook: what a program that draws tasks is told.
#include "06-coroutines/tincan/trace.hpp"

#include "tests/06_support.hpp"

#include <algorithm>
#include <string>

namespace tincan::test {
namespace {

Log told;

void tell(const TincanTraceEvent* event) {
    static constexpr std::array kKinds{"created", "resumed", "suspended",
                                       "ended"};
    std::string line = event->name;
    line += ' ';
    line += kKinds[static_cast<std::size_t>(event->kind)];
    if (*event->what != '\0') line += " "s + event->what;
    if (event->fd != -1) line += " fd";
    if (event->kind == TINCAN_TASK_SUSPENDED) line += " in "s + event->function;
    told.push_back(line);
}

Coro<void> greet(StreamReader reader) {
    std::string_view line = co_await reader.readline();
    EXPECT_EQ(line, "hello\n");
    co_await sleep(0s);
}

Coro<void> traced_main() {
    auto [here, there] = socket_pair();
    auto [reader, writer] = make_streams(std::move(here), "Ann");
    auto task = EventLoop::running().create_task(greet(reader), "Ann");
    co_await sleep(0s);
    send_all(there, "hello\n");
    co_await task;
}

class Trace : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Trace, kEachSelector, selector_name);

TEST_P(Trace, TellsWhatEachTaskDoes) {
    set_trace(tell);
    run_here(traced_main());
    set_trace(nullptr);
    EXPECT_EQ(std::exchange(told, {}),
              (Log{"main created", "main resumed", "Ann created",
                   "main suspended turn in traced_main", "Ann resumed",
                   "Ann suspended recv fd in greet", "main resumed",
                   "main suspended task in traced_main", "Ann resumed",
                   "Ann suspended turn in greet", "Ann resumed",
                   "Ann ended done", "main resumed", "main ended done"}));
}

Coro<void> fails() {
    throw std::runtime_error("boom");
    co_return;
}

Coro<void> sleep_long() {
    co_await sleep(1h);
}

Coro<void> ends_main() {
    EventLoop& loop = EventLoop::running();
    auto failed = loop.create_task(fails(), "failed");
    auto cancelled = loop.create_task(sleep_long(), "cancelled");
    cancelled.cancel();
    co_await sleep(0s);
    EXPECT_TRUE(failed.exception());
}

TEST_P(Trace, TellsHowTasksEnd) {
    set_trace(tell);
    run_here(ends_main());
    set_trace(nullptr);
    Log all = std::exchange(told, {});
    EXPECT_NE(std::ranges::find(all, "failed ended failed"), all.end());
    EXPECT_NE(std::ranges::find(all, "cancelled ended cancelled"), all.end());
    EXPECT_EQ(std::ranges::find(all, "cancelled resumed"), all.end());
}

}  // namespace
}  // namespace tincan::test
