// How the coroutines of one task call each other, wait, and are cancelled.
//
// A task is a stack of coroutine frames. `co_await child()` pushes the child,
// its end pops it, and the pump resumes whatever is on top until that has to
// wait for something outside: an awaiter. No resume ever happens inside
// another one, so a loop of a million awaits needs no more machine stack than
// one; and the stack that print_stack prints is simply there.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace tincan {

// Thrown at the co_await where a cancelled task waits. Not a std::exception,
// so that a handler for errors does not swallow it; whoever catches it to
// clean up throws it on. asyncio.CancelledError
class CancelledError {};

// Where in the source a co_await stands. The strings live for ever.
struct Site {
    const char* function = "";
    const char* file = "";
    unsigned line = 0;
};

class Pump;

// What every coroutine's promise has: its place on its task's stack.
struct CoroFrame {
    std::coroutine_handle<> handle;
    CoroFrame* caller = nullptr;  // who awaits us; null for a task's first
    Pump* pump = nullptr;         // set before the first resume
    Site site;                    // of the co_await we are in, or were last in
};

// #region awaiter
// Something outside the task that it can wait for: a descriptor, a timer,
// another task. It lives in the frame of the coroutine that awaits it, and
// when that frame is destroyed its destructor leaves whatever it waited in.
class Awaiter {
public:
    // True if there is nothing (more) to wait for, and result() can be called.
    // Asked first by co_await, and again whenever the task was woken. What it
    // throws, co_await throws.
    virtual bool attempt() = 0;
    // After attempt said no: sees to it that somebody calls pump().wake().
    virtual void wait() = 0;
    // Stop waiting? True: done, nothing was lost and nobody will wake us.
    // False: too late, the result is here or on its way.
    virtual bool cancel() = 0;
    // It was not asked, for the turn of its task is over, and will be in the
    // next one. Who might not be there any more by then can say so here.
    void postponed() {}
    // The wait is over: nobody may wake the task for it any more, although an
    // awaiter lives on to the end of the expression it stands in.
    void over() {}

    // For people who ask where a task hangs.
    virtual const char* what() const = 0;
    virtual int fd() const { return -1; }

protected:
    Awaiter() = default;
    Awaiter(Awaiter&&) = default;  // only until it is awaited
    ~Awaiter() = default;

    Pump& pump() { return *pump_; }

private:
    template <typename A>
    friend class Awaiting;

    Pump* pump_ = nullptr;  // set by co_await
};
// #endregion awaiter

// #region pump
// Runs one task's stack. The event loop's side of it, when to run and what to
// do at the end, is in TaskBase.
class Pump {
public:
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    void push(CoroFrame& frame) {
        frame.caller = top_;
        frame.pump = this;
        top_ = &frame;
    }
    void pop() { top_ = top_->caller; }

    const CoroFrame* top() const { return top_; }
    const Awaiter* awaiting() const { return awaiting_; }

    // Has the task resumed, after all that is ready before.
    virtual void wake() = 0;

    // Whoever finds everything ready at once would never let the others have
    // their turn: so there is an allowance for each turn. False if it is used
    // up.
    static constexpr int kBudget = 64;
    bool spend(int share = 1) {
        bool left = budget_ > 0;
        budget_ -= share;
        return left;
    }

    // Throws if a cancellation is due. Called before anything is awaited, so
    // that what is not begun is not lost.
    void check_cancelled() {
        if (cancel_due_) {
            cancel_due_ = false;
            throw CancelledError();
        }
    }
    // The cancellation that was due has reached its aim another way.
    void forget_cancel() { cancel_due_ = false; }

protected:
    Pump() = default;
    ~Pump() = default;

    // Runs until the task waits or ends; true if it has ended.
    bool resume() {
        budget_ = kBudget;
        if (awaiting_ != nullptr && !try_again()) return false;
        awaiting_ = nullptr;
        while (top_ != nullptr && awaiting_ == nullptr)
            top_->handle.resume();
        return top_ == nullptr;
    }

    // Throws CancelledError into the task where it waits, or else at its next
    // co_await of an awaiter.
    void interrupt() {
        if (cancelled_) return;
        bool waits = awaiting_ != nullptr && !turn_over_;
        // Asked while it is being asked, it waits for itself: by way of
        // others, perhaps.
        if (waits && (asking_ || stop_waiting())) {
            cancelled_ = true;
            wake();
        } else {
            cancel_due_ = true;
        }
    }

    bool cancel_due() const { return cancel_due_; }
    void clear() { top_ = nullptr, awaiting_ = nullptr; }

private:
    template <typename A>
    friend class Awaiting;

    // True if what we wait for is over, one way or another.
    bool try_again() {
        try {
            if (cancelled_ || awaiting_->attempt()) return true;
            bool begun = !std::exchange(turn_over_, false);
            if (cancel_due_ && begun) return cancelled_ = true;
            awaiting_->wait();
            if (cancel_due_ && stop_waiting()) cancelled_ = true;
            return cancelled_;
        } catch (...) {
            error_ = std::current_exception();
            return true;
        }
    }

    bool stop_waiting() {
        asking_ = true;
        bool stopped = awaiting_->cancel();
        asking_ = false;
        return stopped;
    }

    // Tells the task how its wait has ended, unless it has a result.
    void throw_how_it_ended() {
        if (std::exchange(cancelled_, false)) {
            cancel_due_ = false;
            throw CancelledError();
        }
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

    // A task waits for one thing at a time: so what is to be known of that is
    // here, once, and not in every awaiter of every frame.
    CoroFrame* top_ = nullptr;
    Awaiter* awaiting_ = nullptr;  // null while it runs
    std::exception_ptr error_;     // thrown by an attempt while it waited
    int budget_ = 0;
    bool turn_over_ = false;   // nothing was tried yet: the budget is used up
    bool asking_ = false;      // its cancel() is being asked
    bool cancelled_ = false;   // and said true
    bool cancel_due_ = false;  // by the next co_await
};
// #endregion pump

// #region awaiting
// What co_await works with: asks the awaiter first, waits only if it must.
// A is the awaiter's type, or a reference to it if it lives elsewhere.
template <typename A>
class Awaiting {
public:
    Awaiting(A&& awaiter, Pump& pump) : awaiter_(std::forward<A>(awaiter)) {
        awaiter_.pump_ = &pump;
    }

    bool await_ready() {
        pump().check_cancelled();
        pump().turn_over_ = !pump().spend();
        return !pump().turn_over_ && awaiter_.attempt();
    }
    void await_suspend(std::coroutine_handle<>) {
        if (pump().turn_over_) {
            awaiter_.postponed();
            pump().wake();
        } else {
            awaiter_.wait();
        }
        pump().awaiting_ = &awaiter_;
    }
    decltype(auto) await_resume() {
        awaiter_.over();
        pump().throw_how_it_ended();
        return awaiter_.result();
    }

private:
    Pump& pump() { return *awaiter_.pump_; }

    A awaiter_;
};
// #endregion awaiting

}  // namespace tincan
