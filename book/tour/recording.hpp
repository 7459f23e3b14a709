// One run of a server with its people, as it was recorded.
#pragma once

#include "book/tour/timeline.hpp"
#include "book/tour/trace.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tincan::tour {

// What a person did, or heard, and when (CLOCK_MONOTONIC, nanoseconds).
struct Observed {
    std::string who;
    Act act = Act::connect;
    std::string text;
    std::int64_t at = 0;
    int beat = 0;            // of the script; what is heard has none
    std::uint16_t port = 0;  // connect: the person's own
};

struct Recording {
    std::string stage;
    int beats = 0;
    std::chrono::milliseconds beat{100};
    std::int64_t start = 0;  // when beat 0 was
    // Tasks that are shown though they have to do with nobody: the name that
    // the program gave each, and how the picture calls it.
    std::vector<std::pair<std::string, std::string>> tasks;
    std::vector<Record> calls;       // of the server
    std::vector<Observed> observed;  // of all people, in order
};

// Whether somebody does it at a beat of the script; the others are answers.
inline bool is_step(Act act) {
    return act != Act::hear && act != Act::end;
}

// Everything that servers do here is a reaction to a step of the script, and
// over long before the next one. So time is counted in steps: the beat of
// `time` is that of the last step before it.
int beat_at(const Recording& recording, std::int64_t time);

// Why a picture of this run would not be true: something came more than half a
// beat after the step that caused it should have been, or somebody spoke and
// heard nothing. Nothing if all is well.
std::optional<std::string> disturbance(const Recording& recording);

}  // namespace tincan::tour
