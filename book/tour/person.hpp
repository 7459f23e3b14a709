// What is known of a person while a timeline is put together.
#pragma once

#include "book/tour/events.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace tincan::tour {

using MaybeEvent = std::optional<EventId>;

// Bytes of one direction, counted from the first: `total` had passed when
// `event` was.
struct Passed {
    std::size_t total;
    EventId event;
};

struct Person {
    std::size_t lane = 0;
    MaybeEvent connects, accepted;  // by the person, by the server
    MaybeEvent leaves, missed;      // by the person, by the server
    MaybeEvent closed, ended;       // by the server, for the person
    std::vector<Passed> said, received;
    std::vector<Passed> sent, heard;
};

}  // namespace tincan::tour
