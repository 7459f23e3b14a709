// Future<T>: a result that will be there later, set by somebody else; the
// bridge from callbacks to coroutines.
//
//   Future<int> answer;                    // in a coroutine or callback
//   loop.call_later(1s, [answer]() mutable { answer.set_result(42); });
//   int value = co_await answer;
//
// A task (task.hpp) is a future too: its coroutine sets the result.
// asyncio.Future
#pragma once

#include "06-coroutines/tincan/coro.hpp"
#include "06-coroutines/tincan/wait_list.hpp"

#include <exception>
#include <forward_list>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace tincan {

class EventLoop;

// What a future is without its result. Shared by all that hold the future.
class FutureBase {
public:
    FutureBase();
    explicit FutureBase(EventLoop& loop) : loop_(loop) {}
    FutureBase(const FutureBase&) = delete;
    FutureBase& operator=(const FutureBase&) = delete;

    bool done() const { return state_ != State::pending; }
    bool cancelled() const { return state_ == State::cancelled; }
    bool failed() const { return state_ == State::failed; }

    // Ends it with CancelledError, unless it is done: then false. A task is
    // asked, and may take its time.
    virtual bool cancel();

    // The exception it ended with, null if none; it counts as retrieved.
    virtual std::exception_ptr exception() = 0;

    // Calls `function` once it is done, from the ready queue: so the loop must
    // be there by then.
    void add_done_callback(std::function<void()> function);

    WaitList& waiters() { return waiters_; }

protected:
    enum class State { pending, value, failed, cancelled };

    virtual ~FutureBase() = default;

    void finish(State state);
    EventLoop& loop() const { return loop_; }

private:
    EventLoop& loop_;
    WaitList waiters_;
    std::forward_list<std::function<void()>> callbacks_;  // the last one first
    State state_ = State::pending;
};

namespace detail {

// "boom" for an exception with what(), else something less useful.
std::string describe(const std::exception_ptr& error);
bool is_cancellation(const std::exception_ptr& error) noexcept;
// A line on stderr about something that nobody else will hear of.
void report(const std::string& what) noexcept;

template <typename T>
class FutureState : public FutureBase {
public:
    using FutureBase::FutureBase;
    ~FutureState() override { report_unretrieved("future"); }

    // The result, or throws the exception or CancelledError.
    std::add_lvalue_reference_t<T> result() {
        if (!done()) throw std::logic_error("there is no result yet");
        if (cancelled()) throw CancelledError();
        if (failed()) std::rethrow_exception(exception());
        if constexpr (!std::is_void_v<T>) return *outcome_.value;
    }
    // The same to keep: a copy, or the thing itself if it can only be moved.
    T take() {
        if constexpr (std::is_void_v<T> || std::is_copy_constructible_v<T>) {
            return result();
        } else {
            return std::move(result());
        }
    }
    std::exception_ptr exception() override {
        retrieved_ = true;
        return outcome_.error;
    }

    void set(Outcome<T> outcome) {
        outcome_ = std::move(outcome);
        finish(outcome_.error ? State::failed : State::value);
    }

protected:
    // To be called at the end of its life: an error is not lost in silence.
    void report_unretrieved(const std::string& name) noexcept {
        if (!failed() || std::exchange(retrieved_, true)) return;
        report(name +
               ": exception never retrieved: " + describe(outcome_.error));
    }

private:
    bool retrieved_ = false;
    Outcome<T> outcome_;
};

// #region awaiter
// Waits for a future. Cancelling who waits cancels what it waits for, as in
// asyncio, and then waits for the answer: it may come as a result after all.
template <typename T>
class FutureAwaiter : public Waiter {
public:
    FutureAwaiter(std::shared_ptr<FutureState<T>> state, const char* what)
        : Waiter(state->waiters()), what_(what), state_(std::move(state)) {}
    FutureAwaiter(FutureAwaiter&&) noexcept = default;
    ~FutureAwaiter() { leave(); }  // while the list is there

    bool attempt() override { return state_->done(); }
    bool cancel() override {
        state_->cancel();
        return false;
    }
    T result() {
        if (state_->cancelled()) pump().forget_cancel();
        return state_->take();
    }
    const char* what() const override { return what_; }

private:
    const char* what_;
    std::shared_ptr<FutureState<T>> state_;
};
// #endregion awaiter

// What a Future and a Task can both be asked. Copies share one state.
template <typename State>
class Awaitable {
public:
    bool done() const { return state_->done(); }
    bool cancelled() const { return state_->cancelled(); }
    bool cancel() { return state_->cancel(); }

    // The result, valid as long as this handle. Throws std::logic_error if it
    // isn't there yet, CancelledError, or the exception it ended with.
    decltype(auto) result() { return state_->result(); }
    // The exception it ended with, null if none; it counts as retrieved.
    std::exception_ptr exception() { return state_->exception(); }

    void add_done_callback(std::function<void()> function) {
        state_->add_done_callback(std::move(function));
    }

    // For those who wait in other ways than co_await.
    const std::shared_ptr<State>& state() const { return state_; }

protected:
    explicit Awaitable(std::shared_ptr<State> state)
        : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

}  // namespace detail

// #region future
// `co_await future` gives a copy of the result, or the result itself if it
// can only be moved: then only once.
template <typename T>
class Future : public detail::Awaitable<detail::FutureState<T>> {
public:
    // Belongs to the loop that is running.
    Future() : Base(std::make_shared<detail::FutureState<T>>()) {}
    explicit Future(EventLoop& loop)
        : Base(std::make_shared<detail::FutureState<T>>(loop)) {}

    // Both throw std::logic_error if it is done already.
    template <typename... Value>
    void set_result(Value&&... value) {
        detail::Outcome<T> outcome;
        outcome.value.emplace(std::forward<Value>(value)...);
        set(std::move(outcome));
    }
    void set_exception(std::exception_ptr error) {
        detail::Outcome<T> outcome;
        outcome.error = std::move(error);
        set(std::move(outcome));
    }

    detail::FutureAwaiter<T> awaiter() const {
        return detail::FutureAwaiter<T>(this->state_, "future");
    }

private:
    using Base = detail::Awaitable<detail::FutureState<T>>;

    void set(detail::Outcome<T> outcome) {
        if (this->done()) throw std::logic_error("the future is done already");
        this->state_->set(std::move(outcome));
    }
};
// #endregion future

}  // namespace tincan
