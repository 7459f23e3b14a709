// What the user asked of the tour.
#pragma once

#include "01-blocking/program.hpp"
#include "book/tour/story.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace tincan::tour {

struct Options {
    std::vector<const Stage*> stages;
    std::optional<std::filesystem::path> svg;        // a directory
    std::optional<std::filesystem::path> timelines;  // a directory
    std::optional<int> width;
    bool figures = false;  // those of single programs, too
    bool help = false;
};

inline constexpr int kNarrowest = 80;

// Throws UsageError, saying in one line what is wrong.
Options parse(const Arguments& arguments);

}  // namespace tincan::tour
