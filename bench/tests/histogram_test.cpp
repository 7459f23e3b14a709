#include "bench/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace tincan::bench {
namespace {

using Time = Histogram::Time;

TEST(Histogram, HasNothingAtFirst) {
    Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.quantile(0.5), Time(0));
    EXPECT_EQ(histogram.max(), Time(0));
}

TEST(Histogram, IsExactForSmallTimes) {
    Histogram histogram;
    for (int i = 1; i <= 100; ++i)
        histogram.add(Time(i));
    EXPECT_EQ(histogram.quantile(0.5), Time(50));
    EXPECT_EQ(histogram.quantile(0.99), Time(99));
    EXPECT_EQ(histogram.quantile(1.0), Time(100));
    EXPECT_EQ(histogram.quantile(0.0), Time(1));
}

TEST(Histogram, IsNeverMoreThanOne64thTooHigh) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> exponent(0, 40);
    std::vector<Time> times(20'000);
    Histogram histogram;
    for (Time& time : times) {
        time = Time(static_cast<std::int64_t>(std::exp2(exponent(random))));
        histogram.add(time);
    }
    std::ranges::sort(times);
    for (double part : {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        auto rank = static_cast<std::size_t>(
            std::ceil(part * static_cast<double>(times.size())));
        Time exact = times[rank - 1];
        EXPECT_GE(histogram.quantile(part), exact) << part;
        EXPECT_LE(histogram.quantile(part), exact + exact / 64) << part;
    }
    EXPECT_EQ(histogram.max(), times.back());
}

// Where one power of two ends and the next begins.
TEST(Histogram, KeepsNeighboursInOrder) {
    for (int bit = 1; bit < 62; ++bit) {
        std::int64_t power = std::int64_t{1} << bit;
        for (std::int64_t value : {power - 1, power, power + 1}) {
            Histogram histogram;
            histogram.add(Time(value));
            histogram.add(Time(value * 2));
            EXPECT_GE(histogram.quantile(0.5), Time(value));
            EXPECT_LE(histogram.quantile(0.5), Time(value + value / 64));
        }
    }
}

TEST(Histogram, HoldsTheLongestTimeAndNoneBelowZero) {
    Time longest(std::numeric_limits<std::int64_t>::max());
    Histogram histogram;
    histogram.add(Time(-5));
    EXPECT_EQ(histogram.quantile(1.0), Time(0));
    histogram.add(longest);
    EXPECT_EQ(histogram.quantile(1.0), longest);
    EXPECT_EQ(histogram.max(), longest);
    EXPECT_EQ(histogram.count(), 2U);
}

}  // namespace
}  // namespace tincan::bench
