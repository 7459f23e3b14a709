// Time in tests: everything that waits has a deadline, and nothing sleeps for
// a while and hopes. Under a sanitizer or valgrind set TINCAN_TIME_SCALE (10:
// every deadline is ten times as long).
#pragma once

#include <chrono>
#include <thread>

namespace tincan::test {

using Clock = std::chrono::steady_clock;

// What TINCAN_TIME_SCALE says; 1 if it is unset or no number above 0.
double time_scale();

// A moment after which waiting is over.
class Deadline {
public:
    explicit Deadline(std::chrono::nanoseconds patience)
        : at_(Clock::now() +
              std::chrono::nanoseconds(static_cast<long long>(
                  static_cast<double>(patience.count()) * time_scale()))) {}

    // For what a program's own clock decides: TINCAN_TIME_SCALE doesn't slow
    // that down.
    static Deadline unscaled(std::chrono::nanoseconds patience) {
        Deadline deadline(patience);
        deadline.at_ = Clock::now() + patience;
        return deadline;
    }

    Clock::time_point at() const { return at_; }
    bool passed() const { return Clock::now() >= at_; }

    // What is left, as poll(2) wants it: milliseconds, rounded up, never
    // below 0 (which would mean for ever).
    int poll_timeout() const {
        auto left =
            std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now());
        return left.count() > 0 ? static_cast<int>(left.count()) : 0;
    }

private:
    Clock::time_point at_;
};

// For conditions that nobody announces, such as a number in /proc: asks again
// and again; false if it did not hold before the deadline.
template <typename Condition>
bool eventually(Condition condition, Deadline deadline) {
    while (!condition()) {
        if (deadline.passed()) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace tincan::test
