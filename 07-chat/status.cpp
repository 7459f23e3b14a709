#include "07-chat/status.hpp"

#include "07-chat/graphemes.hpp"
#include "07-chat/rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

namespace tincan::chat {

namespace {

std::string in_room(const Status& status) {
    if (status.name.empty() || status.people == 0) return "";
    std::string who = status.people == 1
                          ? "only you"
                          : fmt::format("{} people", status.people);
    return status.room.empty() ? who : fmt::format("{}, {}", status.room, who);
}

std::string lag_text(const Status& status) {
    if (!status.lag) return "";
    auto ms = std::chrono::ceil<std::chrono::milliseconds>(*status.lag);
    if (ms.count() < 1000) return fmt::format("lag {} ms", ms.count());
    using Seconds = std::chrono::duration<double>;
    return fmt::format("lag {:.1f} s", Seconds(ms).count());
}

std::string connection_text(const Status& status) {
    if (status.peer.empty()) return status.connection;
    return fmt::format("{} to {}", status.connection, status.peer);
}

std::string more_below(const Status& status) {
    if (!status.scrolled) return "";
    if (status.below == 0) return "more below ";
    return fmt::format("{} more below ", status.below);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) {
        if (part.empty()) continue;
        text += text.empty() ? " " : " · ";
        text += part;
    }
    return text;
}

}  // namespace

std::string status_bar(const Status& status, int width) {
    std::string right = more_below(status);
    int room = width - columns(right);
    std::vector<std::string> parts{status.name, in_room(status),
                                   lag_text(status), connection_text(status)};
    // The peer's address matters least, then the lag; the name and the state of
    // the connection last.
    if (columns(joined(parts)) >= room) parts.back() = status.connection;
    for (std::size_t least : {2U, 1U, 0U}) {
        if (columns(joined(parts)) < room) break;
        parts[least].clear();
    }
    std::string text(fitting(joined(parts), std::max(0, room)));
    text.append(static_cast<std::size_t>(std::max(0, room - columns(text))),
                ' ');
    return std::string(fitting(text + right, width));
}

}  // namespace tincan::chat
