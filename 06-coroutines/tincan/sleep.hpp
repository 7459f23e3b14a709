// Waiting for nothing but time.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"

namespace tincan {

// #region sleep
class Sleep : public Awaiter, Timer {
public:
    explicit Sleep(Duration duration) : duration_(duration) {}

    bool attempt() override { return over_; }
    void wait() override {
        EventLoop& loop = EventLoop::running();
        if (duration_ <= Duration::zero()) return expire();
        loop.timers().arm(*this, loop.after(duration_));
    }
    bool cancel() override {
        if (over_) return false;
        disarm();
        return true;
    }
    void result() const {}
    const char* what() const override {
        return duration_ <= Duration::zero() ? "turn" : "sleep";
    }

private:
    void expire() override {
        over_ = true;
        pump().wake();
    }

    Duration duration_;
    bool over_ = false;
};

// Lets at least `duration` pass, and everything else go on. sleep(0s) only
// lets all that is ready have its turn. asyncio.sleep
inline Sleep sleep(Duration duration) {
    return Sleep(duration);
}
// #endregion sleep

}  // namespace tincan
