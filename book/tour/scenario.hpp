// Ann and Bob, and what they do to a server.
#pragma once

#include "book/tour/recording.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace tincan::tour {

struct Step {
    int beat;
    std::string_view who;
    Act act;
    std::string_view text = "";
};

// Where the programs are.
struct Programs {
    std::filesystem::path build;  // servers: build/01-blocking/echo_server
    std::filesystem::path recorder;
};

struct Scene {
    std::string_view stage;    // "01-blocking"
    std::string_view program;  // "echo_server"
    std::span<const Step> steps;
    int beats;
};

// Plays `scene` on the real server and returns the timeline. A run that this
// machine disturbed is thrown away and repeated; when one after the other is,
// throws std::runtime_error with the reason of the last.
Timeline play(const Scene& scene, const Programs& programs);

}  // namespace tincan::tour
