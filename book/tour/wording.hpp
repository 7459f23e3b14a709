// How a timeline calls what was recorded.
#pragma once

#include "01-blocking/text.hpp"
#include "book/tour/timeline.hpp"
#include "book/tour/trace.hpp"

#include <string>
#include <string_view>

namespace tincan::tour {

// "" for what is no wait.
inline const char* name_of(Call call) {
    switch (call) {
        case Call::accept:
            return "accept";
        case Call::receive:
            return "recv";
        case Call::send:
            return "send";
        case Call::select:
            return "select";
        case Call::poll:
            return "poll";
        case Call::epoll_wait:
            return "epoll_wait";
        case Call::ask:
            return kAsking;
        case Call::sleep:
            return "sleep_for";
        case Call::getline:
            return "getline";
        case Call::condition:
            return "condition";
        default:
            return "";
    }
}

// Keeps the thread for whatever task makes it.
inline bool is_blocking(Call call) {
    return call == Call::sleep || call == Call::getline;
}

// As it is shown: without the line's end, safe on a terminal.
inline std::string shown(std::string_view text) {
    std::size_t end = text.find_last_not_of("\r\n");
    return printable(text.substr(0, end + 1));  // npos + 1: 0
}

}  // namespace tincan::tour
