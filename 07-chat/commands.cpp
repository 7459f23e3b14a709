#include "07-chat/commands.hpp"

#include "07-chat/protocol.hpp"

#include <array>

namespace tincan::chat {

namespace {

struct Command {
    std::string_view word;
    Request::Kind kind;
    std::string_view help;
};

constexpr std::array kCommands{
    Command{"nick", Request::Kind::nick, "/nick NEW: take another name"},
    Command{"join", Request::Kind::join, "/join ROOM: go to another room"},
    Command{"rooms", Request::Kind::rooms, "/rooms: which rooms there are"},
    Command{"who", Request::Kind::who, "/who: who is in this room"},
    Command{"msg", Request::Kind::msg, "/msg NAME TEXT: tell one user alone"},
    Command{"me", Request::Kind::me, "/me TEXT: say what you do"},
    Command{"ping", Request::Kind::ping, "/ping [TOKEN]: is the server there?"},
    Command{"help", Request::Kind::help, "/help: these lines"},
    Command{"quit", Request::Kind::quit, "/quit [TEXT]: leave"},
};

}  // namespace

std::pair<std::string_view, std::string_view> split_word(
    std::string_view text) {
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (!text.empty()) text.remove_prefix(1);
    return {word, text};
}

Request parse_request(std::string_view line) {
    using enum Request::Kind;
    if (line.starts_with("//")) return {say, line.substr(1)};
    if (!line.starts_with('/')) return {say, line};

    auto [word, text] = split_word(line.substr(1));
    for (const Command& command : kCommands) {
        if (word == command.word) return {command.kind, text};
    }
    return {unknown, text};
}

std::string help_lines() {
    std::string lines;
    for (const Command& command : kCommands)
        lines += server_line(command.help);
    return lines + server_line("everything else is said to the room");
}

}  // namespace tincan::chat
