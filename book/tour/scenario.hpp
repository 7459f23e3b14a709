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

// A task that is shown though it has to do with nobody.
struct NamedTask {
    std::string_view task;  // as the program calls it: "main", "task-2"
    std::string_view name;  // as the picture does
};

struct Scene {
    std::string_view stage;    // "01-blocking"
    std::string_view program;  // "echo_server"
    std::span<const Step> steps;
    int beats;
    int milliseconds = 100;           // a beat
    std::string_view argument = "0";  // a port: for a server
    std::span<const NamedTask> tasks{};
    std::string_view figure = "";  // "06-sleepers"; of a stage: its name

    std::string_view name() const { return figure.empty() ? stage : figure; }
    bool is_server() const { return argument == "0"; }
};

// Plays `scene` on the real server and returns the timeline. A run that this
// machine disturbed is thrown away and repeated; when one after the other is,
// throws std::runtime_error with the reason of the last.
Timeline play(const Scene& scene, const Programs& programs);

}  // namespace tincan::tour
