// What both drawings and the words need to know about a timeline.
#pragma once

#include "book/tour/timeline.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tincan::tour {

// "recv(Ann)", "select{listener, Ann}", then shorter and shorter ones for bars
// in which that has no room.
std::vector<std::string> labels(const Timeline& timeline, const Wait& wait);

// The first of `labels` that is at most `room` wide; "" if none is.
std::string fitting(const std::vector<std::string>& labels, std::size_t room);

// True if a label says "L" for the listener and "A" for Ann.
bool shows_initials(const std::string& label);

// From a moment to another.
struct Stretch {
    Moment from;
    Moment to;
};

// When a thread or task was not waiting.
std::vector<Stretch> running(const Timeline& timeline, std::size_t lane);

// When a person had spoken and heard nothing yet.
std::vector<Stretch> answers_awaited(const Timeline& timeline,
                                     std::size_t lane);

// From a person's connect to the server's accept, if that took a beat or more.
std::optional<Stretch> queued(const Timeline& timeline, std::size_t lane);

int beats(const Stretch& stretch);

// "0.6 s"
std::string seconds(const Timeline& timeline, int beats);

}  // namespace tincan::tour
