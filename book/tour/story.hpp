// The stages of the tour, and what is said about each.
#pragma once

#include "book/tour/draw_svg.hpp"
#include "book/tour/scenario.hpp"
#include "book/tour/timeline.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::tour {

struct Stage {
    Scene scene;
    std::string_view name;       // "blocking"
    std::string_view title;      // "Bob waits for Ann"
    std::string_view subtitle;   // how the server is made
    std::string_view next;       // what the next stage changes, two lines
    std::string_view people;     // what Ann and Bob do to it
    std::string_view told = "";  // what one sees; else the timeline tells
};

std::span<const Stage> stages();
// Pictures of single programs, which the tour leaves to their chapters.
std::span<const Stage> figures();

// "Stage 1, blocking: Bob waits for Ann", with another separator than ", " if
// wanted.
std::string heading(const Stage& stage, std::string_view separator = ", ");

// The stage that a user means by "1", "01", "01-blocking" or "blocking", or the
// figure by "06-sleepers" or "sleepers"; nullptr if there is none.
const Stage* find_stage(std::string_view name);

// What happened, in sentences made from the timeline.
std::vector<std::string> told(const Timeline& timeline);
std::vector<std::string> told(const Stage& stage, const Timeline& timeline);

// What the figure of this stage says around the drawing.
Caption caption(const Stage& stage, const Timeline& timeline);

}  // namespace tincan::tour
