#include "07-chat/protocol.hpp"

#include "01-blocking/text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tincan::chat {

namespace {

std::string_view words(Refusal refusal) {
    switch (refusal) {
        case Refusal::no_such_user:
            return "no such user";
        case Refusal::line_too_long:
            return "line too long";
        case Refusal::unknown_command:
            return "unknown command";
        case Refusal::bad_name:
            return "bad name: 1 to 20 letters, digits, _ and -, a letter first";
        case Refusal::name_taken:
            return "that name is taken";
        case Refusal::not_connected:
            return "say CONNECT first";
        case Refusal::not_utf8:
            return "not UTF-8";
        case Refusal::control_character:
            return "control character";
        case Refusal::too_fast:
            return "too fast";
    }
    return "refused";
}

constexpr std::size_t kLongestList = 100;     // entries
constexpr std::size_t kLongestEntries = 400;  // bytes, in one line

}  // namespace

std::optional<Refusal> check_text(std::string_view line) {
    while (!line.empty()) {
        CodePoint point = decode_utf8(line);
        if (point.size == 0) return Refusal::not_utf8;
        if (point.value != '\t' && is_control(point.value)) {
            return Refusal::control_character;
        }
        line.remove_prefix(point.size);
    }
    return std::nullopt;
}

std::optional<std::string_view> requested_name(std::string_view line) {
    constexpr std::string_view connect = "CONNECT";
    if (!line.starts_with(connect)) return std::nullopt;
    line.remove_prefix(connect.size());
    if (!line.empty() && line[0] != ' ') return std::nullopt;
    return line.substr(line.empty() ? 0 : 1);
}

std::string welcome_line(std::size_t users) {
    return fmt::format("Welcome! {} user(s) are online!\n", users);
}

std::string connected_line(std::string_view name) {
    return fmt::format("{} connected!\n", name);
}

std::string message_line(std::string_view name, std::string_view text) {
    return fmt::format("{}: {}\n", name, text);
}

std::string left_line(std::string_view name, std::string_view why) {
    if (why.empty()) return fmt::format("{} has left the chat\n", name);
    return fmt::format("{} has left the chat ({})\n", name, why);
}

std::string renamed_line(std::string_view name, std::string_view now) {
    return fmt::format("* {} is now known as {}\n", name, now);
}

std::string act_line(std::string_view name, std::string_view text) {
    return fmt::format("* {} {}\n", name, text);
}

std::string whisper_line(std::string_view name, std::string_view text) {
    return fmt::format("-{}- {}\n", name, text);
}

std::string went_line(std::string_view name, std::string_view room) {
    return fmt::format("* {} has gone to {}\n", name, room);
}

std::string came_line(std::string_view name, std::string_view room) {
    return fmt::format("* {} has come from {}\n", name, room);
}

std::string refusal_line(Refusal refusal) {
    return fmt::format("! {} {}\n", static_cast<int>(refusal), words(refusal));
}

std::string pong_line(std::string_view token) {
    return server_line(token.empty() ? "pong" : fmt::format("pong {}", token));
}

std::string idle_line(std::chrono::nanoseconds silence) {
    return server_line(
        fmt::format("you said nothing for {:g} s: goodbye",
                    std::chrono::duration<double>(silence).count()));
}

std::string shutdown_line() {
    return server_line("this server is ending");
}

std::string server_line(std::string_view text) {
    return fmt::format("-server- {}\n", text);
}

std::string room_entry(std::string_view room, std::size_t users) {
    return fmt::format("{} ({})", room, users);
}

std::string list_lines(std::string_view what,
                       const std::vector<std::string>& entries) {
    std::size_t shown = std::min(entries.size(), kLongestList);
    std::string lines;
    std::string line;
    for (std::size_t i = 0; i < shown; ++i) {
        line += line.empty() ? entries[i] : ", " + entries[i];
        if (line.size() > kLongestEntries || i + 1 == shown) {
            lines += server_line(fmt::format("{}: {}", what, line));
            line.clear();
        }
    }
    if (shown < entries.size()) {
        lines +=
            server_line(fmt::format("and {} more", entries.size() - shown));
    }
    return lines;
}

}  // namespace tincan::chat
