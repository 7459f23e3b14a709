// Not waiting for ever.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"

#include <stdexcept>
#include <utility>

namespace tincan {

// asyncio.TimeoutError
class TimeoutError : public std::runtime_error {
public:
    TimeoutError() : std::runtime_error("timed out") {}
};

// #region timeout
// Cancels the task that makes it after `limit`, unless it is gone by then.
// Whoever catches the CancelledError asks `caused_it`: if only the time was
// up, it is his to deal with; if somebody else wants the task to stop as well,
// it has to be thrown on. asyncio.timeout
class Timeout : Timer {
public:
    explicit Timeout(Duration limit)
        : task_(*EventLoop::running().current_task()),
          cancelling_before_(task_.cancelling()) {
        EventLoop& loop = EventLoop::running();
        loop.timers().arm(*this, loop.after(limit));
    }
    Timeout(const Timeout&) = delete;
    // Takes back a cancellation that came too late to be thrown.
    ~Timeout() { settle(); }

    bool caused_it() {
        bool expired = expired_;
        settle();
        return expired && task_.cancelling() == cancelling_before_;
    }

private:
    void expire() override {
        expired_ = true;
        task_.request_cancel();
    }
    void settle() {
        disarm();
        if (!std::exchange(expired_, false)) return;
        task_.uncancel();
        if (task_.cancelling() == cancelling_before_) task_.forget_cancel();
    }

    TaskBase& task_;
    int cancelling_before_;
    bool expired_ = false;
};
// #endregion timeout

// #region wait_for
// The result of `awaitable` (a coroutine, a task, a future), or TimeoutError
// after `limit`: then it was cancelled, and has ended. A result that is there
// when time is up is not thrown away. asyncio.wait_for
template <typename Awaitable>
Coro<detail::AwaitResult<Awaitable>> wait_for(Awaitable awaitable,
                                              Duration limit) {
    Timeout timeout(limit);
    try {
        co_return co_await std::move(awaitable);
    } catch (const CancelledError&) {
        if (!timeout.caused_it()) throw;
    }
    throw TimeoutError();
}
// #endregion wait_for

}  // namespace tincan
