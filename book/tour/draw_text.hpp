// The timeline as a drawing for a terminal.
#pragma once

#include "book/tour/canvas.hpp"
#include "book/tour/timeline.hpp"

#include <string>

namespace tincan::tour {

// `style.width` at least 80; the drawing is never wider.
std::string draw_text(const Timeline& timeline, const TextStyle& style);

}  // namespace tincan::tour
