// The colours and the letters of the figures.
#pragma once

#include "book/tour/svg.hpp"
#include "book/tour/timeline.hpp"

#include <string>

namespace tincan::tour {

inline constexpr Letters kSmall{.colour = "muted", .size = 11.5};
inline constexpr Letters kCode{.size = 12, .mono = true};

inline Colour colour_of(const std::string& call) {
    if (call == "accept") return "accept";
    if (call == "recv") return "recv";
    if (call == kAsking) return "ask";
    if (call == kReady) return "wait";
    if (call == "getline" || call == "sleep_for") return "queue";
    if (call == "select" || call == "poll" || call == "epoll_wait") {
        return "watch";
    }
    return "line";
}

inline Letters with(Letters letters, Anchor anchor) {
    letters.anchor = anchor;
    return letters;
}

inline Letters with(Letters letters, Colour colour) {
    letters.colour = colour;
    return letters;
}

// A task that waits is only `set_aside`: its thread does not sleep.
inline Paint wait_paint(Colour colour, bool set_aside) {
    std::string more = "fill-opacity=\".15\"";
    if (set_aside) more += " stroke-dasharray=\"5 3\"";
    return {.fill = colour, .stroke = colour, .more = more};
}

inline Paint arrow_paint(Cause cause) {
    std::string more =
        "fill=\"none\" stroke-width=\"1.5\" marker-end=\"url(#head)\"";
    if (cause == Cause::start) more += " stroke-dasharray=\"1.5 2.5\"";
    if (cause == Cause::connect || cause == Cause::leave) {
        more += " stroke-dasharray=\"4 3\"";
    }
    return {.stroke = "arrow", .more = more};
}

}  // namespace tincan::tour
