// The event loop: runs what is ready, waits for what is not, in one thread.
//
// One turn: ask the selector what has happened (and sleep there if nothing is
// ready), make ready who waited for that, make ready whose time has come, then
// run all that is ready. What becomes ready meanwhile has its turn in the next
// round: nobody can keep the selector from being asked.
//
// All of it belongs to the thread that runs the loop, call_soon_threadsafe
// excepted. asyncio.EventLoop
#pragma once

#include "04-poll/make_selector.hpp"
#include "06-coroutines/tincan/callback.hpp"
#include "06-coroutines/tincan/clock.hpp"
#include "06-coroutines/tincan/executor.hpp"
#include "06-coroutines/tincan/ready_queue.hpp"
#include "06-coroutines/tincan/task.hpp"
#include "06-coroutines/tincan/timers.hpp"
#include "06-coroutines/tincan/wakeup.hpp"
#include "06-coroutines/tincan/watch.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tincan {

// All wait, and nothing that could end it is on its way. Thrown on a virtual
// clock only; what() holds the stack of every task.
class Deadlock : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class EventLoop {
public:
    explicit EventLoop(
        std::unique_ptr<Selector> selector = make_selector("epoll"),
        std::unique_ptr<Clock> clock = std::make_unique<Clock>());
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    // Destroys the tasks that are left where they are. Sockets and handles may
    // outlive it, but nothing happens to them any more.
    ~EventLoop();

    // The loop that runs in this thread; throws std::logic_error if none does.
    // asyncio.get_running_loop
    static EventLoop& running();

    // Runs `main` and whatever else there is until `main` is done; returns or
    // throws what it did, or std::runtime_error if stop came first.
    template <typename T>
    T run_until_complete(Coro<T> main) {
        return run_until_complete(create_task(std::move(main), "main"));
    }
    template <typename T>
    T run_until_complete(Task<T> task) {
        run_until_done(task.base().future());
        return task.state()->take();
    }
    // Until `future` is done, whatever its result.
    void run_until_done(const FutureBase& future);
    // Until stop.
    void run_forever();
    // Lets the loop end after the turn it is in; before it runs, after its
    // first one.
    void stop() { stopping_ = true; }
    // Cancels all tasks and runs on until they are done, `grace` at most. Who
    // will not stop is reported on stderr, with its stack, and destroyed.
    void cancel_all(Duration grace);

    // #region tasks
    // Starts `coro` beside what runs now; its first turn comes later.
    template <typename T>
    Task<T> create_task(Coro<T> coro, std::string name = "") {
        return Task<T>(detail::TaskState<T>::start(*this, std::move(coro),
                                                   std::move(name)));
    }
    TaskList& tasks() { return tasks_; }
    // The task whose turn it is; null in a callback.
    TaskBase* current_task() const { return current_task_; }
    TaskBase* set_current_task(TaskBase* task) {
        return std::exchange(current_task_, task);
    }
    // #endregion tasks

    // #region callbacks
    // Call `function` in the next turn, in the order of these calls; after
    // `delay`; or at `when`, never earlier. An exception is reported on
    // stderr. The handle need not be kept.
    Handle call_soon(std::function<void()> function);
    Handle call_later(Duration delay, std::function<void()> function);
    Handle call_at(TimePoint when, std::function<void()> function);
    // From any thread: wakes the loop if it sleeps. The handle belongs to the
    // loop's thread, as all handles do: to cancel from another thread, send
    // the loop a function that does it.
    Handle call_soon_threadsafe(std::function<void()> function);
    TimePoint time() const { return clock_->now(); }
    // When `delay` will be over: never, if no clock can count so far.
    TimePoint after(Duration delay) const;
    // #endregion callbacks

    // Calls `function` in a thread of a small pool, and gives its result. A
    // call that has begun can't be cancelled: who waits goes on without it,
    // and its result is thrown away; so is it at the end of the loop, whose
    // threads are left behind. `function` must be copyable, and must not
    // refer to what may be gone by then. asyncio.loop.run_in_executor
    template <typename Function>
    auto run_in_executor(Function function)
        -> Future<std::invoke_result_t<Function&>>;

    // #region foreign
    // Call `function` whenever `fd` is readable or writable, until removed:
    // for descriptors that are not ours and may be blocking, such as stdin.
    // It stays the caller's; remove it before it is closed. One function per
    // direction: a new one takes the place of the old.
    void add_reader(int fd, std::function<void()> function);
    void add_writer(int fd, std::function<void()> function);
    // False if there was none.
    bool remove_reader(int fd);
    bool remove_writer(int fd);
    // #endregion foreign

    // Call `function` in the loop each time the process gets `signal`; what
    // the signal did before is put back by remove, or at the end of the loop.
    // Two of the same that come at once may count as one. One loop per signal.
    void add_signal_handler(int signal, std::function<void()> function);
    bool remove_signal_handler(int signal);

    // For awaiters and watches.
    Selector& selector() { return *selector_; }
    Timers& timers() { return timers_; }
    ReadyQueue& ready() { return ready_; }
    // Gives a watch its key, with a generation that no watch had before it: an
    // event meant for a closed descriptor never reaches the next one of that
    // number.
    std::uint64_t adopt(Watch& watch);
    void has_moved(Watch& watch);
    void disown(Watch& watch);
    bool is_current(std::uint64_t key) const;
    void dispatch(const Ready& ready);
    // Room for one read, so that idle connections need none.
    std::span<char> scratch() { return *scratch_; }

private:
    class Running;  // marks the loop as this thread's
    struct Foreign;

    void turn();
    Selector::Timeout time_to_sleep() const;
    void run_ready();
    void nothing_happens();
    void run_incoming();
    void on_signal(int signal);
    Foreign& foreign(int fd);
    bool remove_foreign(int fd, Direction direction);

    std::unique_ptr<Selector> selector_;
    std::unique_ptr<Clock> clock_;
    std::unique_ptr<std::array<char, 65536>> scratch_;
    Timers timers_;
    ReadyQueue ready_;
    TaskList tasks_;
    TaskBase* current_task_ = nullptr;
    bool stopping_ = false;
    std::vector<Watch*> watches_;  // by descriptor
    std::uint32_t generation_ = 0;
    std::map<int, std::unique_ptr<Foreign>> foreign_;
    Wakeup wakeup_;
    std::map<int, SignalHandler> signals_;
    std::optional<Executor> executor_;  // once it is needed
};

template <typename Function>
auto EventLoop::run_in_executor(Function function)
    -> Future<std::invoke_result_t<Function&>> {
    using T = std::invoke_result_t<Function&>;
    Future<T> future(*this);
    auto unwanted = std::make_shared<std::atomic<bool>>(false);
    future.add_done_callback([unwanted] { *unwanted = true; });
    if (!executor_) executor_.emplace(*this);
    auto work = [function, future,
                 unwanted]() mutable -> std::function<void()> {
        if (*unwanted) return nullptr;
        auto outcome = std::make_shared<detail::Outcome<T>>();
        detail::run_into(*outcome, function);
        return [future, outcome]() mutable {
            if (!future.done()) future.state()->set(std::move(*outcome));
        };
    };
    executor_->submit(std::move(work));
    return future;
}

// For the loop that runs in this thread.

// Starts `coro` beside what runs now. asyncio.create_task
template <typename T>
Task<T> create_task(Coro<T> coro, std::string name = "") {
    return EventLoop::running().create_task(std::move(coro), std::move(name));
}
// asyncio.to_thread
template <typename Function>
auto to_thread(Function function) {
    return EventLoop::running().run_in_executor(std::move(function));
}
// The task whose turn it is; throws std::logic_error in a callback.
// asyncio.current_task
AnyTask current_task();
// All that are not done, the one that asks among them, in the order of their
// creation. asyncio.all_tasks
std::vector<AnyTask> all_tasks();
// The stacks of all of them: who hangs, and where.
void print_stacks(std::FILE* out = stderr);

// The same handler for several signals, for as long as it lives. The loop must
// outlive it.
class SignalScope {
public:
    SignalScope(EventLoop& loop, std::vector<int> signals,
                std::function<void()> function);
    SignalScope(const SignalScope&) = delete;
    SignalScope& operator=(const SignalScope&) = delete;
    ~SignalScope();

private:
    explicit SignalScope(EventLoop& loop) : loop_(loop) {}

    EventLoop& loop_;
    std::vector<int> signals_;
};

}  // namespace tincan
