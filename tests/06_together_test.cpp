// Tasks that wait for several others, share a queue, or ask about each other.
#include "tests/06_support.hpp"

#include <numeric>
#include <thread>

namespace tincan::test {
namespace {

class Together : public ::testing::Test {
    LeavesNothing nothing_;
};

void run_main(Coro<void> main) {
    run_virtual("epoll", std::move(main));
}

Coro<int> gives(int value, Duration after) {
    co_await sleep(after);
    co_return value;
}

Coro<std::string> says(std::string text, Duration after) {
    co_await sleep(after);
    co_return text;
}

Coro<int> boom(Duration after) {
    co_await sleep(after);
    throw std::runtime_error("boom");
}

Coro<void> pause(Log& log, std::string name, Duration time) {
    try {
        co_await sleep(time);
        log.push_back(name);
    } catch (const CancelledError&) {
        log.push_back(name + " cancelled");
        throw;
    }
}

// gather

Coro<void> gather_main() {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    Log log;
    auto [number, text, nothing] =
        co_await gather(gives(1, 3s), says("two", 1s), pause(log, "three", 2s));
    EXPECT_EQ(number, 1);
    EXPECT_EQ(text, "two");
    EXPECT_EQ(nothing, std::monostate());
    EXPECT_EQ(loop.time() - start, 3s);

    Task<int> task = loop.create_task(gives(5, 1s));
    Future<std::string> future;
    loop.call_later(2s, [future]() mutable { future.set_result("six"); });
    auto [five, six] = co_await gather(task, future);
    EXPECT_EQ(five, 5);
    EXPECT_EQ(six, "six");

    co_await gather(pause(log, "a", 2s), pause(log, "b", 1s));
    EXPECT_EQ(log, (Log{"three", "b", "a"}));

    std::vector<Coro<int>> many;
    for (int i = 0; i < 100; ++i)
        many.push_back(gives(i, 1s * (100 - i)));
    std::vector<int> all = co_await gather(std::move(many));
    std::vector<int> expected(100);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(all, expected);
    std::vector<Task<void>> none;
    co_await gather(none);
}

TEST_F(Together, GatherGivesAllResultsInOrder) {
    run_main(gather_main());
}

Coro<void> begins(Log& log, std::string name) {
    log.push_back(std::move(name));
    co_return;
}

Coro<void> gather_begins_main() {
    Log log;
    co_await gather(begins(log, "a"), begins(log, "b"), begins(log, "c"));
    EXPECT_EQ(log, (Log{"a", "b", "c"}));
}

TEST_F(Together, GatherBeginsThemInOrder) {
    run_main(gather_begins_main());
}

Coro<void> gather_fails_main() {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    Log log;
    Task<void> other = loop.create_task(pause(log, "other", 2s));
    std::string what = co_await error_of(gather(boom(1s), other));
    EXPECT_EQ(what, "boom");
    EXPECT_EQ(loop.time() - start, 1s);
    co_await other;
    EXPECT_EQ(log, Log{"other"});

    Task<void> cancelled = loop.create_task(pause(log, "cancelled", 2s));
    loop.call_later(1s, [cancelled]() mutable { cancelled.cancel(); });
    bool caught = false;
    try {
        co_await gather(gives(1, 1s), cancelled);
    } catch (const CancelledError&) {
        caught = true;
    }
    EXPECT_TRUE(caught);
}

TEST_F(Together, GatherFailsWithTheFirst) {
    run_main(gather_fails_main());
}

Coro<void> stubborn(Log& log) {
    for (int i = 0; i < 2; ++i) {
        try {
            co_await sleep(10s);
        } catch (const CancelledError&) {
            log.push_back("no");
        }
    }
}

Coro<void> gather_cancelled_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Task<void> both = loop.create_task(
        gather(pause(log, "a", 5s), stubborn(log), pause(log, "b", 9s)));
    co_await sleep(1s);
    both.cancel();
    co_await sleep(1s);
    EXPECT_EQ(log, (Log{"a cancelled", "no", "b cancelled"}));
    EXPECT_FALSE(both.done());
    co_await sleep(10s);
    EXPECT_TRUE(both.cancelled());
}

TEST_F(Together, GatherCancelledCancelsAllAndWaitsForThem) {
    run_main(gather_cancelled_main());
}

// wait

using Tasks = std::vector<AnyTask>;

Coro<void> wait_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Task<int> one = loop.create_task(gives(1, 1s), "one");
    Task<int> bad = loop.create_task(boom(2s), "bad");
    Task<void> three = loop.create_task(pause(log, "", 3s), "three");
    Tasks all{three, bad, one};

    TimePoint start = loop.time();
    auto [none, still] = co_await wait(all, ReturnWhen::first_completed, 500ms);
    EXPECT_EQ(none, Tasks{});
    EXPECT_EQ(still, all);
    EXPECT_EQ(loop.time() - start, 500ms);

    auto [first, others] = co_await wait(all, ReturnWhen::first_completed);
    EXPECT_EQ(first, Tasks{one});
    EXPECT_EQ(others, (Tasks{three, bad}));
    EXPECT_EQ(loop.time() - start, 1s);

    auto [failed, left] = co_await wait(all, ReturnWhen::first_exception);
    EXPECT_EQ(failed, (Tasks{bad, one}));
    EXPECT_EQ(left, Tasks{three});
    EXPECT_TRUE(bad.exception());
    EXPECT_EQ(loop.time() - start, 2s);

    auto [done, pending] = co_await wait(all);
    EXPECT_EQ(done, all);
    EXPECT_EQ(pending, Tasks{});
    EXPECT_EQ(loop.time() - start, 3s);

    bool refused = false;
    try {
        co_await wait(Tasks());
    } catch (const std::invalid_argument&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
}

TEST_F(Together, WaitHasThreeModesAndATimeOut) {
    run_main(wait_main());
}

Coro<void> waits_for_all(std::vector<Task<int>> tasks) {
    co_await wait(std::move(tasks));
}

Coro<void> wait_cancelled_main() {
    EventLoop& loop = EventLoop::running();
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 3; ++i)
        tasks.push_back(loop.create_task(gives(i, 2s)));
    Task<void> waiting = loop.create_task(waits_for_all(tasks));
    co_await sleep(1s);
    waiting.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(waiting.cancelled());
    // Again and again: nothing is left behind at those that go on.
    for (int i = 0; i < 3; ++i)
        co_await wait(tasks, ReturnWhen::all_completed, 1ms);
    EXPECT_FALSE(tasks[0].done());
    co_await sleep(1s);
    EXPECT_EQ(tasks[2].result(), 2);
}

TEST_F(Together, WaitCancelsNobody) {
    run_main(wait_cancelled_main());
}

// shield

Coro<int> shielded(Task<int> task) {
    int value = co_await shield(task);
    co_return value;
}

Coro<void> shield_main() {
    EventLoop& loop = EventLoop::running();
    Task<int> task = loop.create_task(gives(1, 2s));
    Task<int> waits = loop.create_task(shielded(task));
    co_await sleep(1s);
    waits.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(waits.cancelled());
    int value = co_await task;
    EXPECT_EQ(value, 1);

    bool late = false;
    Log log;
    try {
        co_await wait_for(shield(pause(log, "went on", 2s)), 1s);
    } catch (const TimeoutError&) {
        late = true;
    }
    EXPECT_TRUE(late);
    co_await sleep(2s);
    EXPECT_EQ(log, Log{"went on"});
}

TEST_F(Together, AShieldKeepsTheCancellationAway) {
    run_main(shield_main());
}

// Queue, Semaphore

Coro<void> produce(Log& log, Queue<int>& queue, int count) {
    for (int i = 0; i < count; ++i) {
        co_await queue.put(i);
        log.push_back("put " + std::to_string(i));
    }
}

Coro<void> queue_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Queue<int> queue(2);
    Task<void> producer = loop.create_task(produce(log, queue, 5));
    co_await sleep(1s);
    EXPECT_EQ(log, (Log{"put 0", "put 1"}));
    EXPECT_TRUE(queue.full());
    EXPECT_FALSE(queue.put_nowait(9));
    for (int i = 0; i < 5; ++i) {
        int item = co_await queue.get();
        EXPECT_EQ(item, i);
    }
    EXPECT_EQ(queue.get_nowait(), std::nullopt);
    co_await producer;

    // First come, first served; and who comes later does not overtake.
    std::vector<Task<int>> getters;
    auto get = [](Queue<int>& from) -> Coro<int> {
        int item = co_await from.get();
        co_return item;
    };
    for (int i = 0; i < 3; ++i)
        getters.push_back(loop.create_task(get(queue)));
    co_await sleep(1s);
    for (int i = 10; i < 13; ++i)
        EXPECT_TRUE(queue.put_nowait(std::move(i)));
    EXPECT_EQ(queue.get_nowait(), std::nullopt);
    // What it was handed is not lost by a cancellation in the same moment.
    getters[0].cancel();
    co_await wait(getters);
    EXPECT_EQ(getters[0].result(), 10);
    EXPECT_EQ(getters[2].result(), 12);
}

TEST_F(Together, AQueueIsBoundedAndFair) {
    run_main(queue_main());
}

Coro<void> close_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Queue<int> queue(1);
    Task<void> producer = loop.create_task(produce(log, queue, 2));
    co_await sleep(1s);
    queue.close();
    co_await sleep(1s);
    EXPECT_THROW(producer.result(), QueueClosed);
    int last = co_await queue.get();
    EXPECT_EQ(last, 0);
    bool closed = false;
    try {
        co_await queue.get();
    } catch (const QueueClosed&) {
        closed = true;
    }
    EXPECT_TRUE(closed);
    EXPECT_FALSE(queue.put_nowait(1));
}

TEST_F(Together, AClosedQueueGivesWhatItHas) {
    run_main(close_main());
}

Coro<void> enters(Log& log, Semaphore& semaphore, std::string name) {
    Semaphore::Permit permit = co_await semaphore.acquire();
    log.push_back("+" + name);
    co_await sleep(1s);
    log.push_back("-" + name);
}

Coro<void> semaphore_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Semaphore semaphore(2);
    std::vector<Task<void>> tasks;
    for (auto name : {"a", "b", "c", "d"})
        tasks.push_back(loop.create_task(enters(log, semaphore, name)));
    co_await sleep(500ms);
    EXPECT_TRUE(semaphore.locked());
    tasks[2].cancel();
    co_await wait(tasks);
    EXPECT_EQ(log, (Log{"+a", "+b", "-a", "-b", "+d", "-d"}));
    EXPECT_FALSE(semaphore.locked());

    // The place was given in the same moment as the cancellation came.
    Semaphore one(1);
    auto held = std::optional(co_await one.acquire());
    Task<void> next = loop.create_task(enters(log, one, "e"));
    co_await sleep(1s);
    held.reset();
    next.cancel();
    co_await sleep(1s);
    EXPECT_TRUE(next.cancelled());
    EXPECT_FALSE(one.locked());
}

TEST_F(Together, ASemaphoreLetsAFewIn) {
    run_main(semaphore_main());
}

// Who is there

Coro<void> tasks_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Task<void> a = create_task(pause(log, "a", 1s), "a");
    Task<void> b = create_task(pause(log, "b", 2s), "b");
    EXPECT_EQ(current_task().name(), "main");
    EXPECT_EQ(all_tasks(), (Tasks{current_task(), a, b}));
    bool in_a_task = true;
    loop.call_soon([&] { in_a_task = loop.current_task() != nullptr; });
    co_await sleep(0s);
    EXPECT_FALSE(in_a_task);
    co_await a;
    Tasks others = all_tasks();
    std::erase(others, current_task());
    for (AnyTask& task : others)
        EXPECT_TRUE(task.cancel());
    auto [done, pending] = co_await wait(others);
    EXPECT_EQ(done, Tasks{b});
    EXPECT_TRUE(done.front().cancelled());
    EXPECT_EQ(log, (Log{"a", "b cancelled"}));
}

TEST_F(Together, AllTasksCanBeCancelledAndWaitedFor) {
    run_main(tasks_main());
}

Coro<void> stacks_main() {
    Task<int> sleeper = create_task(gives(1, 1s), "sleeper");
    co_await sleep(1ms);
    Task<int> newcomer = create_task(gives(1, 1s), "newcomer");
    ::testing::internal::CaptureStderr();
    print_stacks();
    std::string said = ::testing::internal::GetCapturedStderr();
    for (std::string part :
         {"main:\n", " stacks_main\n", "sleeper:\n", " gives\n",
          "    waits for: sleep\n", "newcomer:\n    has not begun\n"}) {
        EXPECT_NE(said.find(part), std::string::npos) << part << said;
    }
}

TEST_F(Together, StacksOfAllTasksArePrinted) {
    run_main(stacks_main());
}

// Handles, and other threads.

void cancel_from_here(EventLoop& loop, Handle handle) {
    loop.call_soon_threadsafe([handle]() mutable { handle.cancel(); });
}

Coro<void> handles_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    Event over;
    Handle late = loop.call_later(1h, [&] { log.push_back("late"); });
    Handle at = loop.call_at(loop.time() + 1h, [&] { log.push_back("at"); });
    std::thread([&] {
        cancel_from_here(loop, late);
        cancel_from_here(loop, at);
        loop.call_soon_threadsafe([&] { over.set(); });
    }).join();
    co_await over.wait();
    Handle soon = loop.call_soon([&] { log.push_back("soon"); });
    Handle safe = loop.call_soon_threadsafe([&] { log.push_back("safe"); });
    soon.cancel();
    safe.cancel();
    co_await sleep(2ms);
    soon.cancel();
    EXPECT_EQ(log, Log{});
    EXPECT_TRUE(loop.timers().empty());
}

TEST_F(Together, HandlesAreCancelledFromAnotherThreadToo) {
    run_on("epoll", handles_main());
}

void forever(EventLoop& loop) {
    Log log;
    loop.call_soon([&] { log.push_back("once"); });
    loop.call_later(2ms, [&] { loop.stop(); });
    loop.run_forever();
    Task<void> task = loop.create_task(pause(log, "twice", 1ms));
    task.add_done_callback([&] { log.push_back("done"), loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(loop.run_until_complete(gives(7, 0s)), 7);
    Task<int> early = loop.create_task(gives(8, 1ms));
    EXPECT_EQ(loop.run_until_complete(early), 8);
    EXPECT_EQ(log, (Log{"once", "twice", "done"}));
}

TEST_F(Together, ALoopRunsUntilItIsStoppedAndAgain) {
    EventLoop loop(make_selector("epoll"));
    forever(loop);
}

}  // namespace
}  // namespace tincan::test
