// How long things took: millions of times, counted in buckets that are never
// wider than 1/64 of what they hold. Quantiles are therefore at most 1.6 % too
// high, never too low; the maximum is exact.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tincan::bench {

class Histogram {
public:
    using Time = std::chrono::nanoseconds;

    // A time below zero counts as zero.
    void add(Time time) {
        auto value =
            static_cast<std::uint64_t>(std::max(time, Time::zero()).count());
        ++buckets_[bucket_of(value)];
        ++count_;
        max_ = std::max(max_, value);
    }

    std::uint64_t count() const { return count_; }
    Time max() const { return Time(max_); }

    // What at least `part` (0 to 1) of all times did not exceed; zero if there
    // are none.
    Time quantile(double part) const {
        auto wanted = static_cast<std::uint64_t>(
            std::ceil(part * static_cast<double>(count_)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen >= wanted && seen != 0) {
                return Time(std::min(highest_in(i), max_));
            }
        }
        return Time::zero();
    }

private:
    // Below 128 each value has its bucket. From there on, each power of two is
    // divided in 64: the bucket is given by the seven highest bits (64 to 127)
    // and by how many bits stand behind them, at most 56 of the 63.
    static constexpr std::size_t kHalf = 64;
    static constexpr std::size_t kBuckets = 56 * kHalf + 2 * kHalf;

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < 2 * kHalf) return static_cast<std::size_t>(value);
        auto shift = static_cast<std::size_t>(std::bit_width(value)) - 7;
        return shift * kHalf + static_cast<std::size_t>(value >> shift);
    }

    static std::uint64_t highest_in(std::size_t bucket) {
        if (bucket < 2 * kHalf) return bucket;
        std::size_t shift = bucket / kHalf - 1;
        std::uint64_t top = bucket - shift * kHalf;
        return ((top + 1) << shift) - 1;
    }

    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace tincan::bench
