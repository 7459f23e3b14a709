// The event loop: in which order things happen, at what time, and who may
// wake it.
#include "tests/06_support.hpp"

#include <csignal>
#include <thread>

namespace tincan::test {
namespace {

class Loop : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Loop, kEachSelector, selector_name);

void note(Log& log, std::string word) {
    log.push_back(std::move(word));
}

Coro<void> order_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    loop.call_soon([&] {
        note(log, "first");
        loop.call_soon([&] { note(log, "third"); });
    });
    loop.call_soon([&] { note(log, "second"); });
    Handle handle = loop.call_soon([&] { note(log, "never"); });
    handle.cancel();
    handle.cancel();
    co_await sleep(0s);
    EXPECT_EQ(log, (Log{"first", "second"}));
    co_await sleep(0s);
    EXPECT_EQ(log, (Log{"first", "second", "third"}));
}

TEST_P(Loop, CallbacksComeInTheOrderInWhichTheyWereAskedFor) {
    run_here(order_main());
}

// #region time
Coro<void> timer_main() {
    EventLoop& loop = EventLoop::running();
    Log log;
    TimePoint start = loop.time();
    loop.call_later(3s, [&] { note(log, "3"); });
    loop.call_later(1s, [&] { note(log, "1"); });
    loop.call_at(start + 2s, [&] { note(log, "2a"); });
    loop.call_at(start + 2s, [&] { note(log, "2b"); });
    Handle handle = loop.call_later(2s, [&] { note(log, "never"); });
    loop.call_later(1s, [handle]() mutable { handle.cancel(); });
    co_await sleep(2500ms);
    EXPECT_EQ(log, (Log{"1", "2a", "2b"}));
    co_await sleep(1h);
    EXPECT_EQ(log, (Log{"1", "2a", "2b", "3"}));
    EXPECT_EQ(loop.time() - start, 1h + 2500ms);
}

TEST_P(Loop, TimersExpireInTimeAndInOrder) {
    run_here_virtual(timer_main());
}
// #endregion time

// Against a model: the expected order of many timers, some disarmed.
TEST(TimerHeap, ExpiresByTimeThenByOrderOfArming) {
    struct Entry final : Timer {
        explicit Entry(Log& entries) : log(entries) {}
        void expire() override { log.push_back(name); }
        Log& log;
        std::string name;
    };
    Log log;
    Timers timers;
    std::vector<std::unique_ptr<Entry>> entries;
    std::multimap<int, std::string> expected;
    unsigned random = 1;
    for (int i = 0; i < 1000; ++i) {
        random = random * 1103515245 + 12345;
        int time = static_cast<int>(random >> 16) % 50;
        entries.push_back(std::make_unique<Entry>(log));
        entries.back()->name = std::to_string(i);
        timers.arm(*entries.back(), TimePoint() + std::chrono::seconds(time));
        if (i % 3 == 1) {
            entries.pop_back();
        } else {
            expected.emplace(time, std::to_string(i));
        }
    }
    timers.expire(TimePoint() + 25s);
    timers.expire(TimePoint() + 1h);
    Log names;
    for (auto& [time, name] : expected)
        names.push_back(name);
    EXPECT_EQ(log, names);
    EXPECT_TRUE(timers.empty());
}

Coro<void> real_sleep_main() {
    auto start = std::chrono::steady_clock::now();
    co_await sleep(20ms);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TEST_P(Loop, ASleepIsNeverTooShort) {
    run_here(real_sleep_main());
}

Coro<void> throwing_main() {
    EventLoop::running().call_soon([] { throw std::runtime_error("oops"); });
    co_await sleep(0s);
    co_await sleep(0s);
}

TEST_P(Loop, AnErrorInACallbackIsReportedAndTheLoopGoesOn) {
    ::testing::internal::CaptureStderr();
    run_here(throwing_main());
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "exception in a callback: oops\n");
}

// #region deadlock
Coro<void> deadlock_main() {
    Event never;
    co_await never.wait();
}

TEST_P(Loop, AVirtualClockTellsADeadlockFromALongWait) {
    try {
        run_here_virtual(deadlock_main());
        ADD_FAILURE() << "no deadlock was seen";
    } catch (const Deadlock& deadlock) {
        std::string what = deadlock.what();
        EXPECT_NE(what.find("deadlock_main"), std::string::npos) << what;
        EXPECT_NE(what.find("waits for: event"), std::string::npos) << what;
    }
}
// #endregion deadlock

Coro<void> past_main() {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    std::vector<Duration> seen;
    loop.call_later(-1h, [&] { seen.push_back(loop.time() - start); });
    co_await sleep(1ms);
    seen.push_back(loop.time() - start);
    EXPECT_EQ(seen, (std::vector<Duration>{0ms, 1ms}));
}

TEST_P(Loop, AVirtualClockNeverGoesBack) {
    run_here_virtual(past_main());
}

Coro<void> sleeps_for_ever() {
    co_await sleep(Duration::max());
}

Coro<void> never_main() {
    EventLoop& loop = EventLoop::running();
    auto task = create_task(sleeps_for_ever());
    Handle handle = loop.call_later(Duration::max(), [] { ADD_FAILURE(); });
    bool called = false;
    loop.call_at(TimePoint::min(), [&] { called = true; });
    co_await wait_for(sleep(1ms), Duration::max());
    std::vector<Task<void>> tasks{task};
    co_await wait_for(wait(std::move(tasks), ReturnWhen::all_completed, 1ms),
                      Duration::max());
    EXPECT_FALSE(task.done());
    EXPECT_TRUE(called);
    handle.cancel();
}

TEST_P(Loop, WhatIsTooFarAwayNeverComes) {
    run_here(never_main());
}

Coro<void> threads_main() {
    EventLoop& loop = EventLoop::running();
    constexpr int kThreads = 4;
    constexpr int kEach = 1000;
    int calls = 0;
    Event all;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < kEach; ++k) {
                loop.call_soon_threadsafe([&] {
                    if (++calls == kThreads * kEach) all.set();
                });
            }
        });
    }
    co_await wait_for(all.wait(), 30s);
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(calls, kThreads * kEach);
}

TEST_P(Loop, OtherThreadsWakeIt) {
    run_here(threads_main());
}

TEST_P(Loop, StopEndsRunForever) {
    EventLoop loop(make_selector(GetParam()));
    int calls = 0;
    loop.call_soon([&] {
        ++calls;
        loop.stop();
        loop.call_soon([&] { ++calls; });
    });
    loop.run_forever();
    EXPECT_EQ(calls, 1);
    EXPECT_THROW(EventLoop::running(), std::logic_error);
}

TEST_P(Loop, StopBeforeItRunsLeavesItOneTurn) {
    EventLoop loop(make_selector(GetParam()), std::make_unique<VirtualClock>());
    int calls = 0;
    loop.call_soon([&] { ++calls; });
    for (int i = 0; i < 2; ++i) {
        loop.stop();
        loop.run_forever();
        EXPECT_EQ(calls, 1);
    }
}

Coro<void> forever() {
    co_await sleep(1h);
}

TEST_P(Loop, StopEndsRunUntilCompleteWithAnError) {
    EventLoop loop(make_selector(GetParam()));
    loop.call_soon([&] { loop.stop(); });
    EXPECT_THROW(loop.run_until_complete(forever()), std::runtime_error);
}

// Signals.

Coro<void> signal_main() {
    EventLoop& loop = EventLoop::running();
    Event got;
    int calls = 0;
    {
        SignalScope signals(loop, {SIGUSR1, SIGUSR2}, [&] {
            ++calls;
            got.set();
        });
        ::raise(SIGUSR1);
        co_await wait_for(got.wait(), 10s);
        got.clear();
        ::raise(SIGUSR2);
        co_await wait_for(got.wait(), 10s);
        EXPECT_EQ(calls, 2);
        // Came, but nobody wants to know any more.
        ::raise(SIGUSR1);
    }
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_EQ(calls, 2);
    EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
}

TEST_P(Loop, SignalsCallTheirHandlerInTheLoop) {
    struct sigaction before {};
    ::sigaction(SIGUSR1, nullptr, &before);
    run_here(signal_main());
    struct sigaction after {};
    ::sigaction(SIGUSR1, nullptr, &after);
    EXPECT_EQ(after.sa_handler, before.sa_handler);
}

Coro<void> replaced_main() {
    EventLoop& loop = EventLoop::running();
    Event got;
    loop.add_signal_handler(SIGUSR1, [] { ADD_FAILURE(); });
    ::raise(SIGUSR1);
    loop.add_signal_handler(SIGUSR1, [&] { got.set(); });
    co_await wait_for(got.wait(), 10s);
    loop.remove_signal_handler(SIGUSR1);
}

TEST_P(Loop, ASignalThatHasComeIsForTheHandlerThereIs) {
    run_here(replaced_main());
}

TEST_P(Loop, ASignalBelongsToOneLoop) {
    EventLoop one(make_selector(GetParam()));
    EventLoop two(make_selector(GetParam()));
    one.add_signal_handler(SIGUSR1, [] {});
    EXPECT_THROW(two.add_signal_handler(SIGUSR1, [] {}), std::logic_error);
    EXPECT_THROW(one.add_signal_handler(0, [] {}), std::invalid_argument);
    EXPECT_THROW(one.add_signal_handler(SIGKILL, [] {}), std::system_error);
}

// Descriptors that are not ours.

Coro<void> reader_main() {
    EventLoop& loop = EventLoop::running();
    auto [here, there] = socket_pair();
    int fd = here.fd();
    std::string got;
    Event done;
    loop.add_reader(fd, [&got, &done, fd] {
        char byte = 0;
        if (::read(fd, &byte, 1) == 1) got += byte;
        if (got == "abc") done.set();
    });
    send_all(there, "abc");  // three bytes, one at a time: level-triggered
    co_await wait_for(done.wait(), 10s);
    EXPECT_EQ(got, "abc");
    EXPECT_TRUE(loop.remove_reader(fd));
    EXPECT_FALSE(loop.remove_reader(fd));
    send_all(there, "d");
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_EQ(got, "abc");

    Event writable;
    loop.add_writer(fd, [&writable] { writable.set(); });
    co_await wait_for(writable.wait(), 10s);
    EXPECT_TRUE(loop.remove_writer(fd));
}

TEST_P(Loop, ForeignDescriptorsAreWatchedUntilRemoved) {
    run_here(reader_main());
}

Coro<void> file_main() {
    EventLoop& loop = EventLoop::running();
    Socket file(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
    int fd = file.fd();
    int calls = 0;
    Event done;
    loop.add_reader(fd, [&] {
        if (++calls == 3) done.set();
    });
    co_await wait_for(done.wait(), 10s);
    EXPECT_TRUE(loop.remove_reader(fd));
}

TEST_P(Loop, AFileIsAlwaysReady) {
    run_here(file_main());
}

Coro<void> closed_peer_main() {
    EventLoop& loop = EventLoop::running();
    auto [here, there] = socket_pair();
    Event noticed;
    loop.add_writer(here.fd(), [&] { noticed.set(); });
    there = Socket();
    co_await wait_for(noticed.wait(), 10s);
    loop.remove_writer(here.fd());
    // Nobody waits; the hang-up stays. A loop that went on asking about it
    // would never sleep.
    AsyncSocket socket(std::move(here));
    timespec before{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    co_await sleep(300ms);
    timespec after{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    long ms = (after.tv_sec - before.tv_sec) * 1000 +
              (after.tv_nsec - before.tv_nsec) / 1'000'000;
    EXPECT_LT(ms, 100);
}

TEST_P(Loop, AHangUpThatNobodyWaitsForCostsNothing) {
    run_here(closed_peer_main());
}

}  // namespace
}  // namespace tincan::test
