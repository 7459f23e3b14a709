// The clock behind the loop: the real one, or one for tests on which a minute
// takes no time.
#pragma once

#include <algorithm>
#include <chrono>

namespace tincan {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    // clock_gettime(2), CLOCK_MONOTONIC
    virtual TimePoint now() const { return std::chrono::steady_clock::now(); }
    // True if time passes only by jump_to, which the loop calls when nothing
    // can happen before `next`, the earliest timer.
    virtual bool stands_still() const { return false; }
    virtual void jump_to(TimePoint /*next*/) {}
};

// #region virtual
// Stands still while anything is ready, and jumps to the next timer when
// nothing is. Only sound if everything waited for comes from the same loop
// (socket pairs), or else the clock runs away while a peer computes. A loop
// with nothing to wait for at all throws Deadlock instead of hanging.
class VirtualClock : public Clock {
public:
    TimePoint now() const override { return now_; }
    bool stands_still() const override { return true; }
    void jump_to(TimePoint next) override { now_ = std::max(now_, next); }

private:
    TimePoint now_{};
};
// #endregion virtual

}  // namespace tincan
