// Task<T>: a coroutine that runs beside others.
//
//   Task<int> sum = loop.create_task(add_up(numbers), "sum");
//   ...                                   // both go on
//   int total = co_await sum;
//
// The loop holds every task until it is done: dropping the handle neither
// stops nor loses it. asyncio.Task
#pragma once

#include "06-coroutines/tincan/future.hpp"
#include "06-coroutines/tincan/ready_queue.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tincan {

// What the loop knows of a task: when to run it, not what it returns.
class TaskBase : public Job, public Pump {
public:
    std::uint64_t id() const { return id_; }
    const std::string& name() const { return name_; }

    // Asks it to stop: CancelledError is thrown at the co_await where it
    // waits, or at the next one if what it waited for is there already. Before
    // its first turn, it ends without having begun.
    void request_cancel();
    // How often it was asked; uncancel takes one back. For time-outs.
    int cancelling() const { return cancel_requests_; }
    void uncancel() { --cancel_requests_; }

    // Where it waits, a line for each co_await, the innermost last, then what
    // for: "    echo_server.cpp:29 echo". Only where, if it runs.
    std::string stack() const;
    // The same on `out`, under its name. asyncio.Task.print_stack
    void print_stack(std::FILE* out = stderr) const;

    void wake() override;
    void run() override;
    void discard() override {}
    // Destroys its frames where they are: for a task that will not stop.
    void abandon();

    virtual FutureBase& future() = 0;
    // Keeps it; null once it is done.
    const std::shared_ptr<TaskBase>& self() const { return self_; }

protected:
    TaskBase(EventLoop& loop, std::string name);
    ~TaskBase() = default;

    void start(CoroFrame& first, std::shared_ptr<TaskBase> self);

private:
    friend class TaskList;

    // Destroys the coroutine; takes its result over if it has ended, else
    // the task counts as cancelled.
    virtual void conclude(bool ended) = 0;
    void end(bool ended);
    void trace(int kind, const char* what, int fd = -1) const;

    EventLoop& loop_;
    std::string name_;
    std::uint64_t id_;
    bool begun_ = false;
    int cancel_requests_ = 0;
    std::shared_ptr<TaskBase> self_;  // until it is done
    TaskBase* previous_ = nullptr;    // in the list of all tasks
    TaskBase* next_ = nullptr;
};

// All tasks of a loop that are not done, in the order of their creation.
class TaskList {
public:
    TaskBase* first() const { return first_; }
    bool empty() const { return first_ == nullptr; }
    void add(TaskBase& task);
    void remove(TaskBase& task);

    template <typename Function>
    void for_each(Function function) const {
        for (TaskBase* task = first_; task != nullptr; task = task->next_) {
            function(*task);
        }
    }

private:
    TaskBase* first_ = nullptr;
    TaskBase* last_ = nullptr;
};

namespace detail {

template <typename T>
class TaskState final : public FutureState<T>, public TaskBase {
public:
    TaskState(EventLoop& loop, Coro<T> coro, std::string name)
        : FutureState<T>(loop),
          TaskBase(loop, std::move(name)),
          coro_(std::move(coro)) {}
    ~TaskState() override { this->report_unretrieved(name()); }

    static std::shared_ptr<TaskState> start(EventLoop& loop, Coro<T> coro,
                                            std::string name) {
        auto state =
            std::make_shared<TaskState>(loop, std::move(coro), std::move(name));
        state->TaskBase::start(state->coro_.frame(), state);
        return state;
    }

    FutureBase& future() override { return *this; }

    bool cancel() override {
        if (this->done()) return false;
        this->request_cancel();
        return true;
    }

private:
    void conclude(bool ended) override {
        Outcome<T> outcome = let_go(ended);
        if (!ended || is_cancellation(outcome.error)) {
            this->finish(FutureBase::State::cancelled);
        } else {
            this->set(std::move(outcome));
        }
    }

    // Before anybody is told that it has ended, the frame is gone.
    Outcome<T> let_go(bool ended) {
        Coro<T> coro = std::move(coro_);
        if (!ended) return {};
        return std::move(coro.outcome());
    }

    Coro<T> coro_;
};

}  // namespace detail

// #region task
// A handle; copies are the same task.
template <typename T = void>
class Task : public detail::Awaitable<detail::TaskState<T>> {
public:
    const std::string& name() const { return this->state_->name(); }
    std::string stack() const { return this->state_->stack(); }
    void print_stack(std::FILE* out = stderr) const {
        this->state_->print_stack(out);
    }
    TaskBase& base() { return *this->state_; }

    detail::FutureAwaiter<T> awaiter() const {
        return detail::FutureAwaiter<T>(this->state_, "task");
    }

private:
    friend class EventLoop;
    using detail::Awaitable<detail::TaskState<T>>::Awaitable;
};
// #endregion task

// #region any_task
// A handle of a task whatever its result: to cancel it, to ask how it is, to
// wait for it (wait.hpp).
class AnyTask {
public:
    explicit AnyTask(std::shared_ptr<TaskBase> task) : task_(std::move(task)) {}
    template <typename T>
    AnyTask(const Task<T>& task) : task_(task.state()) {}

    const std::string& name() const { return task_->name(); }
    bool done() const { return task_->future().done(); }
    bool cancelled() const { return task_->future().cancelled(); }
    bool failed() const { return task_->future().failed(); }
    bool cancel() { return task_->future().cancel(); }
    // The exception it ended with, null if none; it counts as retrieved.
    std::exception_ptr exception() { return task_->future().exception(); }
    std::string stack() const { return task_->stack(); }
    void print_stack(std::FILE* out = stderr) const { task_->print_stack(out); }

    // The same task?
    bool operator==(const AnyTask&) const = default;

    std::shared_ptr<FutureBase> state() const {
        return {task_, &task_->future()};
    }

private:
    std::shared_ptr<TaskBase> task_;
};
// #endregion any_task

}  // namespace tincan
