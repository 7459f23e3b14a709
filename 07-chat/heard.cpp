#include "07-chat/heard.hpp"

#include "07-chat/graphemes.hpp"

#include <charconv>

namespace tincan::chat {

namespace {

using Kind = Heard::Kind;

// Takes `prefix` off the front of `text`, if it is there.
bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// Takes what is before `end` off the front of `text`, and `end` too; nothing if
// `end` isn't there.
std::string_view take_until(std::string_view& text, std::string_view end) {
    std::size_t at = text.find(end);
    if (at == std::string_view::npos) return {};
    std::string_view front = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return front;
}

// The number at the front of `text`, which is taken off.
std::optional<std::size_t> take_number(std::string_view& text) {
    std::size_t number = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// "* NAME ..."
Kind kind_of_act(std::string_view& text) {
    if (take(text, "is now known as ")) return Kind::renamed;
    if (take(text, "has gone to ")) return Kind::went;
    if (take(text, "has come from ")) return Kind::came;
    return Kind::acts;
}

}  // namespace

Heard understand(std::string_view bytes) {
    Heard heard;
    heard.line = visible_text(bytes);
    std::string_view text(heard.line);
    std::string_view name;
    if (take(text, "Welcome!")) {
        heard.kind = Kind::welcome;
        take(text, " ");
    } else if (take(text, "! ")) {
        heard.kind = Kind::refused;
    } else if (take(text, "-server- ")) {
        heard.kind = Kind::notice;
    } else if (take(text, "* ")) {
        name = take_until(text, " ");
        heard.kind = kind_of_act(text);
    } else if (take(text, "-")) {
        name = take_until(text, "- ");
        heard.kind = Kind::whispers;
    } else {
        name = take_until(text, " ");
        if (name.ends_with(':')) {
            name.remove_suffix(1);
            heard.kind = Kind::says;
        } else if (text == "connected!") {
            heard.kind = Kind::connected;
        } else if (text.starts_with("has left the chat")) {
            heard.kind = Kind::left;
        } else {
            name = {};
        }
    }
    bool of_the_server = heard.kind == Kind::welcome ||
                         heard.kind == Kind::refused ||
                         heard.kind == Kind::notice;
    if (name.empty()) {
        if (!of_the_server) heard.kind = Kind::other;
    } else {
        heard.name_at =
            static_cast<std::size_t>(name.data() - heard.line.data());
    }
    heard.name = name;
    heard.text = text;
    return heard;
}

std::optional<WhoIsHere> who_is_here(const Heard& heard) {
    std::string_view text(heard.text);
    if (heard.kind != Kind::notice || !take(text, "in ")) return std::nullopt;
    WhoIsHere found{take_until(text, ": "), {}};
    if (found.room.empty()) return std::nullopt;
    while (!text.empty()) {
        std::string_view name = text.substr(0, text.find(", "));
        found.names.push_back(name);
        text.remove_prefix(name.size());
        take(text, ", ");
    }
    return found;
}

std::optional<std::size_t> and_more(const Heard& heard) {
    std::string_view text(heard.text);
    if (heard.kind != Kind::notice || !take(text, "and ")) return std::nullopt;
    std::optional<std::size_t> number = take_number(text);
    return text == " more" ? number : std::nullopt;
}

std::size_t online(const Heard& heard) {
    std::string_view text(heard.text);
    if (heard.kind != Kind::welcome) return 0;
    return take_number(text).value_or(0);
}

}  // namespace tincan::chat
