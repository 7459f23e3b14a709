#include "06-coroutines/tincan/future.hpp"

#include "06-coroutines/tincan/event_loop.hpp"

#include <fmt/core.h>

namespace tincan {

FutureBase::FutureBase() : loop_(EventLoop::running()) {}

bool FutureBase::cancel() {
    if (done()) return false;
    finish(State::cancelled);
    return true;
}

void FutureBase::finish(State state) {
    state_ = state;
    waiters_.wake_all();
    callbacks_.reverse();
    for (auto& callback : callbacks_)
        loop_.call_soon(std::move(callback));
    callbacks_.clear();
}

void FutureBase::add_done_callback(std::function<void()> function) {
    if (done()) {
        loop_.call_soon(std::move(function));
    } else {
        callbacks_.push_front(std::move(function));
    }
}

std::string detail::describe(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (const CancelledError&) {
        return "cancelled";
    } catch (...) {
        return "an exception of unknown type";
    }
}

bool detail::is_cancellation(const std::exception_ptr& error) noexcept {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const CancelledError&) {
        return true;
    } catch (...) {
        return false;
    }
}

void detail::report(const std::string& what) noexcept {
    std::fputs((what + '\n').c_str(), stderr);
}

}  // namespace tincan
