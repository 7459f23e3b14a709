// How fast somebody may talk: bursts are welcome, floods are not.
#pragma once

#include "06-coroutines/tincan/clock.hpp"

#include <algorithm>
#include <chrono>

namespace tincan::chat {

// Holds up to `burst` tokens, and gets `rate` new ones a second. A rate of 0
// is no limit.
class TokenBucket {
public:
    TokenBucket(double rate, double burst)
        : rate_(rate), burst_(burst), tokens_(burst) {}

    // Takes one, if there is one. Time must not go back.
    bool take(TimePoint now) {
        if (rate_ == 0) return true;
        std::chrono::duration<double> passed = now - filled_;
        tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
        filled_ = now;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

private:
    double rate_;
    double burst_;
    double tokens_;
    TimePoint filled_;
};

}  // namespace tincan::chat
