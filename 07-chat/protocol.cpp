#include "07-chat/protocol.hpp"

#include "01-blocking/text.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace tincan::chat {

namespace {

std::string_view words(Refusal refusal) {
    switch (refusal) {
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
    }
    return "refused";
}

// The server speaks as a user of this name, which nobody else can have.
std::string from_server(std::string_view text) {
    return fmt::format("-server- {}\n", text);
}

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

Request parse_request(std::string_view line) {
    using enum Request::Kind;
    if (line.starts_with("//")) return {say, line.substr(1)};
    if (!line.starts_with('/')) return {say, line};

    line.remove_prefix(1);
    std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    if (!line.empty()) line.remove_prefix(1);
    constexpr std::array commands{std::pair("ping", ping),
                                  std::pair("quit", quit)};
    for (auto [name, kind] : commands) {
        if (word == name) return {kind, line};
    }
    return {unknown, line};
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

std::string refusal_line(Refusal refusal) {
    return fmt::format("! {} {}\n", static_cast<int>(refusal), words(refusal));
}

std::string pong_line(std::string_view token) {
    return from_server(token.empty() ? "pong" : fmt::format("pong {}", token));
}

std::string idle_line(std::chrono::nanoseconds silence) {
    return from_server(
        fmt::format("you said nothing for {:g} s: goodbye",
                    std::chrono::duration<double>(silence).count()));
}

std::string shutdown_line() {
    return from_server("this server is ending");
}

}  // namespace tincan::chat
