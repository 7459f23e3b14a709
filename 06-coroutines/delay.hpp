// What the three programs that sleep for whoever types have in common.
#pragma once

#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace tincan {

inline constexpr std::chrono::seconds kLongestDelay = std::chrono::hours(24);

// More of them at once and somebody has left a stone on the keyboard.
inline constexpr std::size_t kMostDelays = 1000;

// "5" or "5\n". Throws std::invalid_argument, whose text is for the user.
inline std::chrono::seconds parse_delay(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto seconds = parse_number<int>(line);
    if (!seconds || *seconds < 0 || *seconds > kLongestDelay.count()) {
        throw std::invalid_argument(
            fmt::format("not a number of seconds from 0 to {}: {}",
                        kLongestDelay.count(), printable(line)));
    }
    return std::chrono::seconds(*seconds);
}

}  // namespace tincan
