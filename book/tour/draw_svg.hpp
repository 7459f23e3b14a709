// The timeline as a figure for the book.
#pragma once

#include "book/tour/timeline.hpp"

#include <string>

namespace tincan::tour {

struct Caption {
    std::string title;
    std::string subtitle;
    std::string description;  // for those who do not see the figure
};

// Light colours stand in attributes, for readers that know no style sheets;
// dark ones in a media query. It depends on nothing but its arguments.
std::string draw_svg(const Timeline& timeline, const Caption& caption);

}  // namespace tincan::tour
