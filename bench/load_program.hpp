// What both load programs have in common: numbers from words, descriptors, and
// commands from stdin.
#pragma once

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "bench/histogram.hpp"

#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
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

// Has each line of stdin obeyed, word by word, and its result printed; throws
// at the end if there were errors.
template <typename Obey, typename Print>
void obey_stdin(Obey obey, Print print) {
    std::uint64_t errors = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream stream(line);
        std::istream_iterator<std::string> words(stream);
        auto result = obey(Arguments(words, {}));
        errors += result.errors;
        print(result);
    }
    if (errors != 0) throw std::runtime_error(fmt::format("{} errors", errors));
}

// `result` is that of connecting. Unless something went wrong in it, prints
// what `run` gives; throws if something did, then or now.
template <typename Result, typename Run, typename Print>
void run_once(Result result, Run run, Print print) {
    if (result.errors == 0) {
        result = run();
        print(result);
    }
    if (result.errors != 0) {
        throw std::runtime_error(fmt::format(
            "{} errors; the first: {}", result.errors, result.first_error));
    }
}

}  // namespace tincan::bench
