// A cancellation at every point where a task can be cancelled: each scenario
// is run once to count the suspensions of all its tasks, then once for each of
// them, and the task that suspends there is cancelled: at once, or a turn
// later, when what it waits for may be there already.
//
// However that ends, the scenario must end, nothing may be lost that it says
// must not be, and no frame, task or descriptor may be left.
#include "06-coroutines/tincan/trace.hpp"

#include "tests/06_support.hpp"

#include <functional>

namespace tincan::test {
namespace {

// #region injector
enum class When { at_once, a_turn_later };

// Watches the suspensions of every task but the one called "main", and cancels
// who makes the one with the number `target`.
struct Injector {
    int target = 0;  // 0: only counts
    When when = When::at_once;
    EventLoop* loop = nullptr;
    int count = 0;
    std::string where;
};

Injector* injector = nullptr;

void cancel_task(std::uint64_t id) {
    injector->loop->tasks().for_each([&](TaskBase& task) {
        if (task.id() == id) task.future().cancel();
    });
}

void inject(const TincanTraceEvent* event) {
    if (event->kind != TINCAN_TASK_SUSPENDED) return;
    if (event->name == "main"s) return;
    if (++injector->count != injector->target) return;
    injector->where = fmt::format("{}: {} at {}:{}", event->name, event->what,
                                  event->function, event->line);
    // A task has just stopped to run, and the loop has not gone on: nothing
    // is in the middle of anything.
    if (injector->when == When::at_once) return cancel_task(event->task);
    injector->loop->call_soon([id = event->task] { cancel_task(id); });
}
// #endregion injector

// Runs the scenario in a task that may be cancelled and gives it ten seconds
// of a clock on which that takes no time.
Coro<void> supervise(std::function<Coro<void>()> scenario) {
    Task<void> task = create_task(scenario(), "scenario");
    std::vector<Task<void>> tasks{task};
    auto [done, pending] =
        co_await wait(tasks, ReturnWhen::all_completed, 1000s);
    EXPECT_TRUE(pending.empty()) << "hangs:\n" << task.stack();
    task.exception();  // cancelled, or failed: both are an end
}

int run_once(std::string_view selector,
             const std::function<Coro<void>()>& scenario, int target,
             When when) {
    LeavesNothing nothing;
    int count = 0;
    {
        Injector current;
        current.target = target;
        current.when = when;
        injector = &current;
        EventLoop loop(make_selector(selector),
                       std::make_unique<VirtualClock>());
        current.loop = &loop;
        set_trace(inject);
        try {
            loop.run_until_complete(supervise(scenario));
            loop.cancel_all(kGrace);
        } catch (const Deadlock& deadlock) {
            ADD_FAILURE() << deadlock.what();
        }
        set_trace(nullptr);
        if (::testing::Test::HasFailure()) {
            ADD_FAILURE() << "cancelled at suspension " << target << ", "
                          << current.where;
        }
        count = current.count;
    }
    return count;
}

class Inject : public ::testing::TestWithParam<const char*> {
protected:
    void everywhere(std::function<Coro<void>()> scenario) {
        run_once(GetParam(), scenario, 0, When::at_once);  // warms up
        int points = run_once(GetParam(), scenario, 0, When::at_once);
        EXPECT_GE(points, 3);
        for (When when : {When::at_once, When::a_turn_later}) {
            for (int point = 1; point <= points && !HasFailure(); ++point)
                run_once(GetParam(), scenario, point, when);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(, Inject, kEachSelector, selector_name);

// #region streams
// A server of one: answers each line, to the end.
Coro<void> answer(Socket socket, std::shared_ptr<bool> answered_all) {
    auto [reader, writer] = make_streams(std::move(socket), "server");
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) break;
        writer.write(line);
        co_await writer.drain();
    }
    writer.close();
    co_await writer.wait_closed();
    *answered_all = true;
}

// More than all buffers hold, and then the answers in two pieces each.
Coro<void> ask(StreamReader reader, StreamWriter writer, std::string& said,
               std::string& got) {
    for (int i = 0; i < 2; ++i) {
        for (int line = 0; line < 8; ++line) {
            std::string text = std::to_string(line) + std::string(40'000, 'a');
            said += text + "\n";
            writer.write(text + "\n");
        }
        co_await writer.drain();
        for (int line = 0; line < 8; ++line) {
            std::string_view first = co_await reader.readexactly(1);
            got += first;
            std::string_view rest = co_await reader.read_until("\n");
            got += rest;
        }
    }
}

// A read that is cancelled takes nothing: who reads on finds it all.
Coro<void> ask_and_read_on(Socket socket, std::shared_ptr<bool> answered_all) {
    auto [reader, writer] = make_streams(std::move(socket), "client");
    std::string said;
    std::string got;
    std::exception_ptr error;
    try {
        co_await ask(reader, writer, said, got);
    } catch (...) {
        error = std::current_exception();
    }
    writer.write_eof();
    try {
        for (;;) {
            std::string_view more = co_await reader.read();
            if (more.empty()) break;
            got += more;
        }
    } catch (const std::system_error&) {
        // The server was cancelled, and has reset us.
    }
    EXPECT_TRUE(said.starts_with(got)) << "bytes twice, or out of order";
    co_await sleep(1ms);
    if (*answered_all) {
        EXPECT_EQ(got.size(), said.size()) << "bytes lost";
    }
    if (error) std::rethrow_exception(error);
}

Coro<void> conversation() {
    auto [here, there] = socket_pair();
    auto all = std::make_shared<bool>(false);
    Task<void> client =
        create_task(ask_and_read_on(std::move(there), all), "client");
    Task<void> server = create_task(answer(std::move(here), all), "server");
    std::vector<Task<void>> both{client, server};
    co_await wait(both);
    if (!client.cancelled()) client.result();
}
// #endregion streams

TEST_P(Inject, Streams) {
    everywhere(conversation);
}

// #region pool
// Three work, two may at a time; the queue brings each its work.
struct Pool {
    Semaphore places{2};
    Queue<int> work{1};
    int given = 0;
    int taken = 0;
    int inside = 0;
};

class Inside {
public:
    explicit Inside(Pool& pool) : pool_(pool) { EXPECT_LE(++pool_.inside, 2); }
    Inside(const Inside&) = delete;
    ~Inside() { --pool_.inside; }

private:
    Pool& pool_;
};

Coro<void> worker(std::shared_ptr<Pool> pool) {
    try {
        for (;;) {
            co_await pool->work.get();
            ++pool->taken;
            Semaphore::Permit permit = co_await pool->places.acquire();
            Inside inside(*pool);
            co_await sleep(1ms);
        }
    } catch (const QueueClosed&) {
    }
}

Coro<void> employer(std::shared_ptr<Pool> pool) {
    for (int i = 0; i < 6; ++i) {
        co_await pool->work.put(i);
        ++pool->given;
    }
}

// However many workers are left: what was put in is taken out or still there,
// and every place was given back.
Coro<void> pool_scenario() {
    auto pool = std::make_shared<Pool>();
    std::vector<Task<void>> workers;
    for (int i = 0; i < 3; ++i)
        workers.push_back(create_task(worker(pool), "worker"));
    Task<void> giver = create_task(employer(pool), "employer");
    std::exception_ptr cancelled;
    try {
        std::vector<Task<void>> givers{giver};
        co_await wait(givers);
    } catch (const CancelledError&) {
        cancelled = std::current_exception();
        giver.cancel();
    }
    std::vector<Task<void>> all = workers;
    all.push_back(giver);
    pool->work.close();
    try {
        co_await wait(all);
    } catch (const CancelledError&) {
        cancelled = std::current_exception();
    }
    while (!std::ranges::all_of(all, &Task<void>::done)) {
        try {
            co_await sleep(1ms);
        } catch (const CancelledError&) {
            cancelled = std::current_exception();
        }
    }
    while (pool->work.get_nowait())
        ++pool->taken;
    EXPECT_EQ(pool->taken, pool->given) << "work lost or done twice";
    EXPECT_EQ(pool->inside, 0);
    Semaphore::Permit one = co_await pool->places.acquire();
    EXPECT_FALSE(pool->places.locked()) << "a place was lost";
    if (cancelled) std::rethrow_exception(cancelled);
}
// #endregion pool

TEST_P(Inject, Pool) {
    everywhere(pool_scenario);
}

Coro<int> slow(Duration duration) {
    co_await sleep(duration);
    co_return 1;
}

Coro<void> times_out(Duration work, Duration limit) {
    try {
        int result = co_await wait_for(slow(work), limit);
        EXPECT_EQ(result, 1);
        EXPECT_GE(limit, work);
    } catch (const TimeoutError&) {
        EXPECT_LE(limit, work);
    }
    // Nothing of the time-out is left to hit who comes next.
    EXPECT_EQ(EventLoop::running().current_task()->cancelling(), 0);
    co_await sleep(10ms);
}

Coro<void> timeout_scenario() {
    co_await times_out(2ms, 1ms);
    co_await times_out(1ms, 2ms);
    co_await times_out(1ms, 1ms);
    Task<int> inner = create_task(slow(3ms), "inner");
    bool late = false;
    try {
        co_await wait_for(inner, 1ms);
    } catch (const TimeoutError&) {
        late = true;
    }
    EXPECT_TRUE(late || inner.done());
    EXPECT_TRUE(inner.done()) << "a time-out waits for the end";
}

TEST_P(Inject, TimeOut) {
    everywhere(timeout_scenario);
}

Coro<void> gather_scenario() {
    std::vector<Task<int>> tasks;
    for (int i = 1; i <= 3; ++i)
        tasks.push_back(create_task(slow(1ms * i), "gathered"));
    std::exception_ptr cancelled;
    try {
        co_await gather(tasks);
    } catch (const CancelledError&) {
        cancelled = std::current_exception();
        for (Task<int>& task : tasks)
            task.cancel();
    }
    if (!cancelled) {
        auto [a, b] = co_await gather(slow(1ms), slow(2ms));
        EXPECT_EQ(a + b, 2);
    }
    if (cancelled) std::rethrow_exception(cancelled);
}

TEST_P(Inject, Gather) {
    everywhere(gather_scenario);
}

Coro<void> wait_scenario() {
    std::vector<Task<int>> tasks;
    for (int i = 1; i <= 3; ++i)
        tasks.push_back(create_task(slow(1ms * i), "awaited"));
    for (ReturnWhen when :
         {ReturnWhen::first_completed, ReturnWhen::first_exception,
          ReturnWhen::all_completed}) {
        auto [done, pending] = co_await wait(tasks, when, 1ms);
        EXPECT_EQ(done.size() + pending.size(), 3U);
    }
}

TEST_P(Inject, Wait) {
    everywhere(wait_scenario);
}

Coro<int> finishes(std::shared_ptr<bool> finished, bool& cancelled) {
    try {
        co_await sleep(2ms);
        co_await sleep(2ms);
    } catch (const CancelledError&) {
        cancelled = true;
        throw;
    }
    *finished = true;
    co_return 1;
}

Coro<void> shield_scenario() {
    auto finished = std::make_shared<bool>(false);
    auto aimed_at = std::make_shared<bool>(false);
    Task<int> inner = create_task(finishes(finished, *aimed_at), "inner");
    std::exception_ptr cancelled;
    try {
        co_await shield(inner);
    } catch (const CancelledError&) {
        cancelled = std::current_exception();
    }
    // It ends by itself, unless the cancellation was meant for it.
    std::vector<Task<int>> tasks{inner};
    co_await wait(tasks);
    EXPECT_NE(*finished, *aimed_at);
    if (cancelled) std::rethrow_exception(cancelled);
}

TEST_P(Inject, Shield) {
    everywhere(shield_scenario);
}

Coro<void> fails_after(Duration duration) {
    co_await sleep(duration);
    throw std::runtime_error("boom");
}

Coro<void> group_scenario() {
    std::vector<Task<int>> members;
    std::exception_ptr error;
    {
        TaskGroup group;
        for (int i = 1; i <= 3; ++i)
            members.push_back(group.create_task(slow(1ms * i), "member"));
        group.create_task(fails_after(2ms), "fails");
        try {
            co_await group.join();
        } catch (...) {
            error = std::current_exception();
        }
    }
    for (Task<int>& member : members)
        EXPECT_TRUE(member.done()) << "join returned before its end";
    if (error) std::rethrow_exception(error);
}

TEST_P(Inject, TaskGroup) {
    everywhere(group_scenario);
}

}  // namespace
}  // namespace tincan::test
