#include "07-chat/protocol.hpp"

#include "01-blocking/text.hpp"

#include <fmt/core.h>

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

bool is_http_request(std::string_view line) {
    std::size_t version = line.rfind(' ');
    return version != std::string_view::npos &&
           line.substr(version + 1).starts_with("HTTP/") &&
           line.find(' ') < version;
}

// A record of type 22 (handshake), and its version, 3 and something.
bool is_tls_hello(std::string_view bytes) {
    return bytes[0] == '\x16' && (bytes.size() == 1 || bytes[1] == '\x03');
}

namespace {

// #region event_line
std::string line_of(const Welcome& e) {
    return fmt::format("Welcome! {} user(s) are online!\n", e.users);
}
std::string line_of(const Connected& e) {
    return fmt::format("{} connected!\n", e.who);
}
std::string line_of(const Said& e) {
    return fmt::format("{}: {}\n", e.who, e.text);
}
std::string line_of(const Acted& e) {
    return fmt::format("* {} {}\n", e.who, e.text);
}
std::string line_of(const Whispered& e) {
    return fmt::format("-{}- {}\n", e.who, e.text);
}
std::string line_of(const Renamed& e) {
    return fmt::format("* {} is now known as {}\n", e.who, e.now);
}
std::string line_of(const Went& e) {
    return fmt::format("* {} has gone to {}\n", e.who, e.room);
}
std::string line_of(const Came& e) {
    return fmt::format("* {} has come from {}\n", e.who, e.room);
}
std::string line_of(const Left& e) {
    if (e.why.empty()) return fmt::format("{} has left the chat\n", e.who);
    return fmt::format("{} has left the chat ({})\n", e.who, e.why);
}
// #endregion event_line

class LineWire final : public Wire {
public:
    std::string encode(const ChatEvent& event) const override {
        return event_line(event);
    }
};

}  // namespace

std::string event_line(const ChatEvent& event) {
    return std::visit([](const auto& e) { return line_of(e); }, event);
}

const Wire& line_wire() {
    static const LineWire wire;
    return wire;
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

std::string full_line() {
    return server_line("this server is full: please try again later");
}

std::string crowded_address_line() {
    return server_line("too many connections from your address");
}

std::string http_answer() {
    constexpr std::string_view text =
        "This is a chat and speaks no HTTP. Use chat_client, or nc.\n";
    return fmt::format(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
        "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        text.size(), text);
}

std::string rooms_lines(const std::map<std::string, Room>& rooms) {
    std::vector<std::string> shown;
    for (const auto& [key, room] : rooms) {
        if (shown.size() == kLongestList) break;
        shown.push_back(
            fmt::format("{} ({})", room.name().shown, room.members().size()));
    }
    return list_lines("rooms", shown, rooms.size());
}

std::string members_lines(const Room& room) {
    std::vector<std::string> shown;
    for (const User* member : room.members()) {
        if (shown.size() == kLongestList) break;
        shown.push_back(member->name.shown);
    }
    return list_lines("in " + room.name().shown, shown, room.members().size());
}

std::string list_lines(std::string_view what,
                       const std::vector<std::string>& entries,
                       std::size_t total) {
    std::string lines;
    std::string line;
    for (const std::string& entry : entries) {
        line += line.empty() ? entry : ", " + entry;
        if (line.size() > kLongestEntries || &entry == &entries.back()) {
            lines += server_line(fmt::format("{}: {}", what, line));
            line.clear();
        }
    }
    if (entries.size() < total) {
        lines +=
            server_line(fmt::format("and {} more", total - entries.size()));
    }
    return lines;
}

}  // namespace tincan::chat
