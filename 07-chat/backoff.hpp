// When to try again what has failed.
#pragma once

#include "06-coroutines/tincan/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tincan::chat {

// #region backoff
// Doubles from half a second to half a minute, so that a server that is down is
// not asked more often for it. From half of that to all of it is waited: else
// a thousand clients that lost their server together would come back together,
// and bring it down once more.
class Backoff {
public:
    explicit Backoff(std::uint32_t seed) : random_(seed) {}

    Duration next() {
        using namespace std::chrono_literals;
        Duration most = limit_;
        limit_ = std::min<Duration>(2 * limit_, 30s);
        std::uniform_int_distribution jitter(most.count() / 2, most.count());
        return Duration(jitter(random_));
    }
    void start_afresh() { limit_ = kFirst; }

private:
    static constexpr Duration kFirst = std::chrono::milliseconds(500);

    Duration limit_ = kFirst;
    std::minstd_rand random_;
};
// #endregion backoff

}  // namespace tincan::chat
