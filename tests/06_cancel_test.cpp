// Cancellation and time-outs: at every point, and in every order.
#include "tests/06_support.hpp"

namespace tincan::test {
namespace {

class Cancel : public ::testing::Test {
    LeavesNothing nothing_;
};

void run_main(Coro<void> main) {
    run_virtual("epoll", std::move(main));
}

Coro<void> logs_cancel(Log& log, Event& event) {
    log.push_back("begun");
    try {
        co_await event.wait();
    } catch (const CancelledError&) {
        log.push_back("cancelled");
        throw;
    }
    log.push_back("went on");
    co_await sleep(1s);
    log.push_back("slept");
}

Coro<void> at_wait_main() {
    Log log;
    Event event;
    auto task = EventLoop::running().create_task(logs_cancel(log, event));
    co_await sleep(1ms);
    EXPECT_TRUE(task.cancel());
    EXPECT_FALSE(task.done());
    co_await sleep(1ms);
    EXPECT_TRUE(task.cancelled());
    EXPECT_FALSE(task.cancel());
    EXPECT_THROW(task.result(), CancelledError);
    EXPECT_EQ(log, (Log{"begun", "cancelled"}));
    event.set();  // nobody is there any more
}

TEST_F(Cancel, IsThrownWhereTheTaskWaits) {
    run_main(at_wait_main());
}

Coro<void> before_main() {
    Log log;
    Event event;
    auto task = EventLoop::running().create_task(logs_cancel(log, event));
    task.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log, Log{});
}

TEST_F(Cancel, BeforeTheFirstTurnNothingRuns) {
    run_main(before_main());
}

// #region too_late
Coro<void> too_late_main() {
    Log log;
    Event event;
    auto task = EventLoop::running().create_task(logs_cancel(log, event));
    co_await sleep(1ms);
    event.set();
    event.clear();
    task.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(task.cancelled());
    // What it had been given was delivered; the sleep after it was not begun.
    EXPECT_EQ(log, (Log{"begun", "went on"}));
}

TEST_F(Cancel, TooLateItWaitsForTheNextAwait) {
    run_main(too_late_main());
}
// #endregion too_late

Coro<int> stubborn(Event& event) {
    for (;;) {
        try {
            co_await event.wait();
            co_return 5;
        } catch (const CancelledError&) {
        }
    }
}

Coro<int> waits_for(Task<int> task) {
    int value = co_await task;
    co_await sleep(0s);
    co_return value;
}

Coro<void> chain_main() {
    EventLoop& loop = EventLoop::running();
    Event event;
    Log log;
    auto inner = loop.create_task(logs_cancel(log, event));
    co_await sleep(1ms);
    Future<void> bare;
    bool caught = false;
    inner.cancel();
    try {
        co_await inner;
    } catch (const CancelledError&) {
        caught = true;
    }
    EXPECT_TRUE(caught);

    // Who waits is cancelled: so is what it waits for; and if that answers
    // all the same, the answer arrives first.
    auto task = loop.create_task(stubborn(event));
    auto outer = loop.create_task(waits_for(task));
    co_await sleep(1ms);
    outer.cancel();
    co_await sleep(1ms);
    EXPECT_FALSE(outer.done());
    event.set();
    co_await sleep(1ms);
    EXPECT_EQ(task.result(), 5);
    EXPECT_TRUE(outer.cancelled());
}

TEST_F(Cancel, PassesOnToWhatATaskWaitsFor) {
    run_main(chain_main());
}

// Everything is ready at once, so its turn ends at the await of `task`, before
// that was tried.
Coro<int> waits_late(Task<int> task) {
    Event event;
    event.set();
    co_await sleep(0s);
    for (int i = 0; i < 64; ++i)
        co_await event.wait();
    int value = co_await task;
    co_return value;
}

Coro<void> turn_over_main() {
    EventLoop& loop = EventLoop::running();
    Event event;
    auto task = loop.create_task(stubborn(event));
    auto outer = loop.create_task(waits_late(task));
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_NE(outer.stack().find("waits for: task"), std::string::npos);
    outer.cancel();
    co_await sleep(1ms);
    EXPECT_FALSE(outer.done());  // it is answered by the task, as ever
    event.set();
    co_await sleep(1ms);
    EXPECT_EQ(outer.result(), 5);
}

TEST_F(Cancel, PassesOnFromATaskWhoseTurnWasOver) {
    run_main(turn_over_main());
}

Coro<void> waits_on(std::optional<Task<void>>& other) {
    co_await *other;
}

Coro<void> ring_main() {
    std::optional<Task<void>> first;
    std::optional<Task<void>> second;
    first = create_task(waits_on(second));
    second = create_task(waits_on(first));
    std::optional<Task<void>> alone;
    alone = create_task(waits_on(alone));
    co_await sleep(1ms);
    first->cancel();
    alone->cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(first->cancelled());
    EXPECT_TRUE(second->cancelled());
    EXPECT_TRUE(alone->cancelled());
}

TEST_F(Cancel, EndsTasksThatWaitForEachOther) {
    run_main(ring_main());
}

// Time-outs.

Coro<int> slow(Log& log) {
    try {
        co_await sleep(10s);
    } catch (const CancelledError&) {
        log.push_back("cancelled");
        throw;
    }
    co_return 1;
}

Coro<std::string> outcome(Coro<int> coro, Duration limit) {
    std::string result;
    try {
        int value = co_await wait_for(std::move(coro), limit);
        result = std::to_string(value);
    } catch (const TimeoutError&) {
        result = "timeout";
    }
    co_return result;
}

Coro<void> timeout_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    TimePoint start = loop.time();
    std::string in_time = co_await outcome(slow(log), 11s);
    EXPECT_EQ(in_time, "1");
    EXPECT_EQ(loop.time() - start, 10s);
    start = loop.time();
    std::string late = co_await outcome(slow(log), 9s);
    EXPECT_EQ(late, "timeout");
    EXPECT_EQ(loop.time() - start, 9s);
    EXPECT_EQ(log, Log{"cancelled"});
    // Nothing of it is left over.
    co_await sleep(100s);
    EXPECT_EQ(loop.current_task()->cancelling(), 0);
}

TEST_F(Cancel, ATimeOutCancelsAndSaysSo) {
    run_main(timeout_main());
}

Coro<int> cleans_up(Log& log) {
    std::exception_ptr cancelled;
    try {
        co_await sleep(10s);
    } catch (const CancelledError&) {
        cancelled = std::current_exception();
    }
    co_await sleep(5s);
    log.push_back("clean");
    if (cancelled) std::rethrow_exception(cancelled);
    co_return 1;
}

Coro<void> clean_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    TimePoint start = loop.time();
    std::string late = co_await outcome(cleans_up(log), 1s);
    EXPECT_EQ(late, "timeout");
    EXPECT_EQ(log, Log{"clean"});
    EXPECT_EQ(loop.time() - start, 6s);
}

TEST_F(Cancel, ATimeOutWaitsForTheEnd) {
    run_main(clean_main());
}

Coro<void> same_moment_main() {
    EventLoop& loop = EventLoop::running();
    // In the moment of the time-out the result is there: it wins.
    Log log;
    std::string tie = co_await outcome(slow(log), 10s);
    EXPECT_TRUE(tie == "1" || tie == "timeout");

    // Somebody else cancels in the same moment: that is not lost.
    auto task = loop.create_task(outcome(slow(log), 1s));
    loop.call_later(1s, [task]() mutable { task.cancel(); });
    co_await sleep(2s);
    EXPECT_TRUE(task.cancelled());

    // Nested, at once: the outer one is not lost either.
    auto nested = loop.create_task(outcome(wait_for(slow(log), 1s), 1s));
    co_await sleep(2s);
    EXPECT_EQ(nested.result(), "timeout");
}

TEST_F(Cancel, InTheSameMomentNothingIsLost) {
    run_main(same_moment_main());
}

Coro<int> ready_result(Event& event) {
    co_await event.wait();
    co_return 3;
}

// A callback would only be queued when its time comes.
class SetAtOnce : public Timer {
public:
    explicit SetAtOnce(Event& event) : event_(event) {}

private:
    void expire() override { event_.set(); }
    Event& event_;
};

Coro<void> ready_main() {
    EventLoop& loop = EventLoop::running();
    Event event;
    // Woken first, then timed out, before it could run.
    SetAtOnce timer(event);
    loop.timers().arm(timer, loop.time() + 1s);
    auto task = loop.create_task(outcome(ready_result(event), 1s));
    co_await sleep(1s);
    co_await sleep(1s);
    EXPECT_EQ(task.result(), "3");
}

TEST_F(Cancel, AResultThatIsThereIsNotThrownAway) {
    run_main(ready_main());
}

Coro<void> cleans_up_in_time(Log& log) {
    EventLoop& loop = EventLoop::running();
    try {
        co_await sleep(10s);
    } catch (const CancelledError&) {
        log.push_back("cancelled");
    }
    Event event;
    SetAtOnce timer(event);
    loop.timers().arm(timer, loop.time() + 1s);
    std::string result = co_await outcome(ready_result(event), 1s);
    log.push_back(result);
    co_await sleep(1s);
    log.push_back("clean");
}

Coro<void> clean_in_time_main() {
    Log log;
    auto task = create_task(cleans_up_in_time(log));
    co_await sleep(1ms);
    task.cancel();
    co_await sleep(3s);
    EXPECT_EQ(log, (Log{"cancelled", "3", "clean"}));
    EXPECT_TRUE(task.done());
}

TEST_F(Cancel, ATimeOutThatCameTooLateIsForgottenInACleanUpToo) {
    run_main(clean_in_time_main());
}

// Groups.

Coro<void> fail_after(Duration duration) {
    co_await sleep(duration);
    throw std::runtime_error("boom");
}

Coro<void> group_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    TimePoint start = loop.time();
    {
        TaskGroup group;
        auto survivor = group.create_task(slow(log));
        group.create_task(fail_after(1s));
        std::string what = co_await error_of(group.join());
        EXPECT_EQ(what, "boom");
        EXPECT_TRUE(survivor.cancelled());
    }
    EXPECT_EQ(loop.time() - start, 1s);
    {
        TaskGroup group;
        auto task = group.create_task(slow(log));
        co_await group.join();
        EXPECT_EQ(task.result(), 1);
    }
    std::optional<Task<int>> left;
    {
        TaskGroup group;
        left = group.create_task(slow(log));
    }
    co_await sleep(1s);
    EXPECT_TRUE(left->cancelled());
}

TEST_F(Cancel, AGroupEndsTogether) {
    run_main(group_main());
}

Coro<void> fails_when_cancelled() {
    bool cancelled = false;
    try {
        co_await sleep(1h);
    } catch (const CancelledError&) {
        cancelled = true;
    }
    if (cancelled) throw std::runtime_error("boom at the end");
}

Coro<void> joins() {
    TaskGroup group;
    group.create_task(fails_when_cancelled(), "joined");
    co_await group.join();
}

Coro<void> unheard_main() {
    {
        TaskGroup group;
        group.create_task(fail_after(1s), "never joined");
        co_await sleep(2s);
    }
    auto task = create_task(joins());
    co_await sleep(1s);
    task.cancel();
    co_await sleep(1s);
    EXPECT_TRUE(task.cancelled());
}

TEST_F(Cancel, WhatAGroupCannotThrowIsReported) {
    ::testing::internal::CaptureStderr();
    run_main(unheard_main());
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "never joined: exception never retrieved: boom\n"
              "joined: exception never retrieved: boom at the end\n");
}

// run's end.

Coro<void> will_not_stop() {
    for (;;) {
        try {
            co_await sleep(1h);
        } catch (const CancelledError&) {
        }
    }
}

Coro<void> leaves_one() {
    EventLoop::running().create_task(will_not_stop(), "mule");
    co_await sleep(1ms);
}

TEST_F(Cancel, RunReportsWhoWouldNotStop) {
    ::testing::internal::CaptureStderr();
    run_main(leaves_one());
    std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("mule would not stop"), std::string::npos) << said;
    EXPECT_NE(said.find("will_not_stop"), std::string::npos) << said;
    EXPECT_NE(said.find("waits for: sleep"), std::string::npos) << said;
}

}  // namespace
}  // namespace tincan::test
