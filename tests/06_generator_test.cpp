// Async generators, and work in threads.
#include "tests/06_support.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace tincan::test {
namespace {

class Generators : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Generators, kEachSelector, selector_name);

// Says in `log` when the coroutine that holds it is gone.
class Farewell {
public:
    explicit Farewell(Log& log) : log_(log) {}
    Farewell(const Farewell&) = delete;
    ~Farewell() { log_.push_back("gone"); }

private:
    Log& log_;
};

AsyncGenerator<std::string> countdown(Log& log, int from) {
    Farewell farewell(log);
    for (int i = from; i > 0; --i) {
        co_await sleep(1s);
        co_yield std::to_string(i) + " of a long way to go, still";
    }
}

Coro<void> walk_main() {
    EventLoop& loop = EventLoop::running();
    TimePoint start = loop.time();
    Log log;
    Log values;
    {
        AsyncGenerator<std::string> numbers = countdown(log, 3);
        EXPECT_EQ(log, Log{});
        for (;;) {
            std::optional<std::string> value = co_await numbers.next();
            if (!value) break;
            values.push_back(value->substr(0, 1));
        }
        EXPECT_EQ(values, (Log{"3", "2", "1"}));
        EXPECT_EQ(loop.time() - start, 3s);
        EXPECT_EQ(log, Log{"gone"});
        std::optional<std::string> nothing = co_await numbers.next();
        EXPECT_EQ(nothing, std::nullopt);
    }
    {
        // Left in the middle, it is closed where it stands.
        AsyncGenerator<std::string> numbers = countdown(log, 3);
        co_await numbers.next();
        AsyncGenerator<std::string> moved = std::move(numbers);
    }
    EXPECT_EQ(log, (Log{"gone", "gone"}));
    { AsyncGenerator<std::string> never_begun = countdown(log, 3); }
    EXPECT_EQ(log, (Log{"gone", "gone"}));
}

TEST_P(Generators, GiveOneValueAfterAnotherAndClose) {
    run_here_virtual(walk_main());
}

AsyncGenerator<int> breaks() {
    co_yield 1;
    throw std::runtime_error("boom");
}

Coro<void> error_main() {
    AsyncGenerator<int> numbers = breaks();
    std::optional<int> one = co_await numbers.next();
    EXPECT_EQ(one, 1);
    std::string what = co_await error_of(numbers.next());
    EXPECT_EQ(what, "boom");
    std::optional<int> nothing = co_await numbers.next();
    EXPECT_EQ(nothing, std::nullopt);
}

TEST_P(Generators, ThrowOnce) {
    run_here_virtual(error_main());
}

Coro<std::string> first_of(AsyncGenerator<std::string>& numbers) {
    std::optional<std::string> value = co_await numbers.next();
    co_return value.value_or("none");
}

Coro<void> cancel_main() {
    Log log;
    AsyncGenerator<std::string> numbers = countdown(log, 3);
    Task<std::string> task = create_task(first_of(numbers));
    co_await sleep(500ms);
    bool refused = false;
    try {
        co_await first_of(numbers);
    } catch (const std::logic_error&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
    task.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log, Log{"gone"});
    std::string after = co_await first_of(numbers);
    EXPECT_EQ(after, "none");
}

TEST_P(Generators, AreEndedByACancellation) {
    run_here_virtual(cancel_main());
}

Coro<Log> collect(StreamReader reader) {
    Log all;
    AsyncGenerator<std::string_view> each = lines(reader);
    for (;;) {
        std::optional<std::string_view> line = co_await each.next();
        if (!line) break;
        all.emplace_back(*line);
    }
    co_return all;
}

Coro<void> lines_main() {
    auto [here, there] = socket_pair();
    auto [reader, writer] = make_streams(std::move(here), "Ann");
    Task<Log> task = create_task(collect(reader));
    send_all(there, "one\ntwo\nth");
    co_await sleep(1ms);
    send_all(there, "ree\nlast");
    finish_sending(there);
    Log all = co_await task;
    EXPECT_EQ(all, (Log{"one\n", "two\n", "three\n", "last"}));
}

TEST_P(Generators, WalkTheLinesOfAStream) {
    run_here(lines_main());
}

Coro<void> ask_the_stack(AsyncGenerator<std::string>& numbers) {
    co_await numbers.next();
}

Coro<void> stack_main() {
    Log log;
    AsyncGenerator<std::string> numbers = countdown(log, 1);
    Task<void> task = create_task(ask_the_stack(numbers));
    co_await sleep(1ms);
    std::string stack = task.stack();
    EXPECT_LT(stack.find("ask_the_stack"), stack.find("countdown")) << stack;
    EXPECT_LT(stack.find("countdown"), stack.find("sleep")) << stack;
    co_await task;
}

TEST_P(Generators, AreInTheStackOfWhoWaits) {
    run_here_virtual(stack_main());
}

// Threads.

class Threads : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Threads, kEachSelector, selector_name);

// Holds threads up until it is opened.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void wait_for_visitors(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_ == count; });
    }
    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

Coro<void> thread_main() {
    std::thread::id loop_thread = std::this_thread::get_id();
    auto where = [] { return std::this_thread::get_id(); };
    std::thread::id there = co_await to_thread(where);
    EXPECT_NE(there, loop_thread);

    auto fails = [] { throw std::runtime_error("boom"); };
    std::string what = co_await error_of(to_thread(fails));
    EXPECT_EQ(what, "boom");

    // More than there are threads, and the loop goes on meanwhile.
    Gate gate;
    std::vector<Future<int>> all;
    for (int i = 0; i < 40; ++i) {
        all.push_back(to_thread([&gate, i] {
            gate.pass();
            return i;
        }));
    }
    co_await sleep(1ms);
    gate.wait_for_visitors(32);
    gate.open();
    std::vector<int> results = co_await gather(all);
    for (int i = 0; i < 40; ++i)
        EXPECT_EQ(results[static_cast<std::size_t>(i)], i);
}

TEST_P(Threads, DoWhatWouldHoldTheLoopUp) {
    run_here(thread_main());
}

// While it lives no thread can be made: for a stack that is as large as all
// addresses there is no room.
class NoThreads {
public:
    NoThreads() {
        pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        pthread_getattr_default_np(&huge);
        pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
        pthread_setattr_default_np(&huge);
        pthread_attr_destroy(&huge);
    }
    NoThreads(const NoThreads&) = delete;
    ~NoThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }

private:
    pthread_attr_t before_;
};

Coro<void> no_threads_main() {
    auto answer = [] { return 42; };
    std::string what;
    try {
        NoThreads none;
        to_thread(answer);
    } catch (const std::system_error& error) {
        what = error.what();
    }
    EXPECT_EQ(what, "pthread_create: Resource temporarily unavailable");
    int later = co_await to_thread(answer);
    EXPECT_EQ(later, 42);
}

TEST_P(Threads, ThatCannotBeMadeAreAnError) {
    run_here(no_threads_main());
}

Coro<void> given_up_main() {
    Gate gate;
    std::atomic<bool> finished = false;
    auto work = [&] {
        gate.pass();
        finished = true;
    };
    Future<void> future = to_thread(work);
    gate.wait_for_visitors(1);  // what has not begun would be left out
    bool late = false;
    try {
        co_await wait_for(future, 5ms);
    } catch (const TimeoutError&) {
        late = true;
    }
    EXPECT_TRUE(late);
    EXPECT_TRUE(future.cancelled());
    EXPECT_FALSE(finished);
    gate.open();
    // It ends all the same.
    while (!finished)
        co_await sleep(1ms);
}

// Nobody waits for such a thread, so it may still be tidying up at the end.
TEST(GivenUp, AThreadGoesOn) {
    run(given_up_main());
}

Coro<void> never_begun_main() {
    Gate gate;
    std::atomic<bool> called = false;
    std::vector<Future<void>> busy;
    for (int i = 0; i < 32; ++i)
        busy.push_back(to_thread([&gate] { gate.pass(); }));
    gate.wait_for_visitors(32);
    Future<void> late = to_thread([&called] { called = true; });
    late.cancel();
    co_await sleep(0s);  // the pool is told in this turn,
    co_await sleep(0s);  // and has been in the next
    gate.open();
    co_await gather(std::move(busy));
    auto nothing = [] {};
    co_await to_thread(nothing);  // behind it in the queue
    EXPECT_FALSE(called);
}

TEST(GivenUp, WhatNoThreadHasBegunIsNotCalled) {
    run(never_begun_main());
}

Coro<void> leaves_behind(std::shared_ptr<Gate> gate) {
    for (int i = 0; i < 33; ++i)
        to_thread([gate] { gate->pass(); });
    gate->wait_for_visitors(32);
    co_return;
}

TEST(GivenUp, AThreadIsLeftBehindAtTheEndOfTheLoop) {
    auto gate = std::make_shared<Gate>();
    run(leaves_behind(gate));
    // The last was dropped, and the loop did not wait for the others.
    gate->open();
    auto deadline = std::chrono::steady_clock::now() + 10s;
    while (gate.use_count() > 1 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_EQ(gate.use_count(), 1);
}

Coro<void> named_main() {
    Socket listener = listen_on({"localhost", "0"});
    std::string bound = to_string(local_address(listener));
    Endpoint here{"localhost", bound.substr(bound.rfind(':') + 1)};
    auto [reader, writer] = co_await open_connection(here);
    EXPECT_EQ(writer.peer(), to_string(here));
    Endpoint nowhere{"not..a.name", "1"};
    std::string what = co_await error_of(open_connection(nowhere));
    EXPECT_TRUE(what.starts_with("resolve not..a.name: ")) << what;
}

TEST_P(Threads, LookUpTheNameOfAServer) {
    run_here(named_main());
}

}  // namespace
}  // namespace tincan::test
