// What both load programs have in common: numbers from words, and descriptors.
#pragma once

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "bench/histogram.hpp"

#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <string>
#include <system_error>

namespace tincan::bench {

// Throws UsageError with `synopsis` if it is not one from `least` to `most`.
template <typename Number>
Number number(const std::string& text, Number least, Number most,
              const char* synopsis) {
    Number value{};
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    // Also false for "nan", which is in no order with anything.
    bool in_range = value >= least && value <= most;
    if (error != std::errc() || *end != '\0' || !in_range) {
        throw UsageError(fmt::format("{}   ({} is not a number from {} to {})",
                                     synopsis, printable(text), least, most));
    }
    return value;
}

inline double microseconds(Histogram::Time time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

// As many descriptors as the system allows, without asking it for more.
inline void raise_descriptor_limit() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

}  // namespace tincan::bench
