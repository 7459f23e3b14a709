// Coroutines that call each other without a pump: each resumes the next one
// from within its own await_suspend. It is faster, and depends on a jump that
// g++ 12 makes only when it optimises. Shown by `awaits`, used by nothing.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace tincan {

// #region symmetric
// Lazy; awaited at once by whoever called it.
class Symmetric {
public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    // At the end: on with whoever awaits us.
    struct Return {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
            return ended.promise().caller;
        }
        void await_resume() const noexcept {}
    };

    struct promise_type {
        Symmetric get_return_object() {
            return Symmetric(Handle::from_promise(*this));
        }
        std::suspend_always initial_suspend() const { return {}; }
        Return final_suspend() const noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }

        std::coroutine_handle<> caller = std::noop_coroutine();
    };

    explicit Symmetric(Handle handle) : handle_(handle) {}
    Symmetric(Symmetric&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Symmetric() {
        if (handle_) handle_.destroy();
    }

    // Awaited: on with us, now. What await_suspend returns is resumed.
    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
        handle_.promise().caller = caller;
        return handle_;
    }
    void await_resume() const {}

    void start() { handle_.resume(); }

private:
    Handle handle_;
};
// #endregion symmetric

}  // namespace tincan
