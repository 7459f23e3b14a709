// What the bar above the input line says.
#pragma once

#include "06-coroutines/tincan/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tincan::chat {

struct Status {
    std::string name{};  // "": not in yet
    std::string room{};  // "": not known
    std::size_t people = 0;
    std::optional<Duration> lag{};
    std::string connection{};
    std::string peer{};     // at the other end of it
    bool scrolled = false;  // there is more below what is in sight,
    std::size_t below = 0;  // by so many whole messages
};

// Exactly `width` columns. What matters least goes first where there isn't
// room for all of it.
std::string status_bar(const Status& status, int width);

}  // namespace tincan::chat
