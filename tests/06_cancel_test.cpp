// Cancellation and time-outs: at every point, and in every order.
#include "tests/06_support.hpp"

#include "06-coroutines/tincan/trace.hpp"

#include <cstdint>

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

// Groups.

Coro<void> fail_after(Duration duration) {
    co_await sleep(duration);
    throw std::runtime_error("boom");
}

Coro<void> group_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    TimePoint start = loop.time();
    std::string what;
    {
        TaskGroup group;
        auto survivor = group.create_task(slow(log));
        group.create_task(fail_after(1s));
        try {
            co_await group.join();
        } catch (const std::runtime_error& error) {
            what = error.what();
        }
        EXPECT_TRUE(survivor.cancelled());
    }
    EXPECT_EQ(what, "boom");
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

// A scenario, cancelled at every one of its suspensions in turn.

struct Talk {
    std::string heard;
    bool over = false;
};

Coro<void> speaker(StreamWriter writer) {
    for (int i = 0; i < 3; ++i) {
        writer.write(std::string(100'000, 'x'));
        writer.write("\n");
        co_await writer.drain();
        co_await sleep(1ms);
    }
    writer.close();
    co_await writer.wait_closed();
}

Coro<void> listener(StreamReader reader, StreamWriter writer, Talk& talk) {
    std::string_view line = co_await reader.readexactly(100'001);
    talk.heard += line.substr(0, 1);
    for (;;) {
        line = co_await reader.read(1000);
        if (line.empty()) break;
        talk.heard += line.substr(0, 1);
    }
    writer.close();
    co_await writer.wait_closed();
}

Coro<void> conversation(Talk& talk) {
    TaskGroup group;
    {
        auto [here, there] = socket_pair();
        auto [in, out] = make_streams(std::move(here), "here");
        auto [far_in, far_out] = make_streams(std::move(there), "there");
        group.create_task(speaker(out), "speaker");
        group.create_task(listener(far_in, far_out, talk), "listener");
    }
    co_await group.join();
    talk.over = true;
}

// Counts how often tasks of one name are suspended, and cancels at one of these
// points.
struct Cutter {
    std::string name;
    int cut_at;  // -1: nowhere
    EventLoop* loop;
    int seen = 0;
};
Cutter* cutter = nullptr;

void cancel_task(EventLoop& loop, std::uint64_t id) {
    loop.tasks().for_each([id](TaskBase& task) {
        if (task.id() == id) task.request_cancel();
    });
}

void count_and_cut(const TincanTraceEvent* event) {
    if (event->kind != TINCAN_TASK_SUSPENDED || event->name != cutter->name) {
        return;
    }
    if (cutter->seen++ != cutter->cut_at) return;
    cutter->loop->call_soon(
        [loop = cutter->loop, id = event->task] { cancel_task(*loop, id); });
}

class CutEverywhere : public OnSelector {
protected:
    // Returns how often the task called `name` was suspended.
    int converse(const std::string& name, int cut_at, Talk& talk) {
        EventLoop loop(make_selector(GetParam()),
                       std::make_unique<VirtualClock>());
        TimePoint start = loop.time();
        Cutter here{name, cut_at, &loop};
        cutter = &here;
        set_trace(count_and_cut);
        Task<void> task = loop.create_task(conversation(talk), "main");
        loop.run_until_done(task.base().future());
        loop.cancel_all(kGrace);
        set_trace(nullptr);
        // A broken connection may be an error to the other side.
        if (!task.cancelled()) task.exception();
        EXPECT_LT(loop.time() - start, 2s) << name << " cut at " << cut_at;
        return here.seen;
    }

    void cut_everywhere(const std::string& name) {
        int points = 0;
        {
            Talk talk;
            points = converse(name, -1, talk);
            EXPECT_TRUE(talk.over);
            EXPECT_EQ(talk.heard.front(), 'x');
        }
        EXPECT_GT(points, 0) << name;
        for (int at = 0; at < points; ++at) {
            Talk talk;
            int seen = converse(name, at, talk);
            EXPECT_GT(seen, at) << name;
        }
    }
};
INSTANTIATE_TEST_SUITE_P(, CutEverywhere, kEachSelector, selector_name);

TEST_P(CutEverywhere, TheSpeakerCanStopAnywhere) {
    cut_everywhere("speaker");
}
TEST_P(CutEverywhere, TheListenerCanStopAnywhere) {
    cut_everywhere("listener");
}
TEST_P(CutEverywhere, BothCanBeStoppedAnywhere) {
    cut_everywhere("main");
}

}  // namespace
}  // namespace tincan::test
