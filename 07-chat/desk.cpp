#include "07-chat/desk.hpp"

#include "07-chat/commands.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace tincan::chat {

namespace {

using Kind = Heard::Kind;

Tone tone_of(Kind kind) {
    switch (kind) {
        case Kind::says:
        case Kind::whispers:
        case Kind::acts:
        case Kind::other:
            return Tone::plain;
        case Kind::refused:
        case Kind::warning:
            return Tone::alert;
        default:
            return Tone::quiet;
    }
}

bool is_said(const Heard& heard) {
    return heard.kind == Kind::says || heard.kind == Kind::acts;
}

}  // namespace

void Desk::hear(const Heard& heard, const Conversation& talk,
                std::string time) {
    follow(heard, talk);
    if (is_told_again(heard, talk)) return;
    // Said before we came; nobody told us when.
    if (is_said(heard) && !talk.up_to_date()) time.clear();
    if (!heard.quiet) show(heard, std::move(time));
}

// On the way back: keeps what is told again, or may be, until all of it is
// there; then shows what is new.
bool Desk::is_told_again(const Heard& heard, const Conversation& talk) {
    bool own = heard.name == talk.name();
    if (heard.kind == Kind::connected && own) catch_up_.entrance_ends();
    if (heard.kind == Kind::came && own) catch_up_.another_room();
    if (talk.returning()) return is_said(heard) && catch_up_.collect(heard);
    for (const Heard& missed : catch_up_.take())
        show(missed, "");
    return false;
}

void Desk::show(const Heard& heard, std::string time) {
    if (is_said(heard)) catch_up_.seen(heard.line);
    talk_.add({std::move(time), heard.line, tone_of(heard.kind), heard.name_at,
               heard.name.size()});
}

void Desk::tell(std::string_view text, std::string time) {
    talk_.add({std::move(time), fmt::format("~ {}", text), Tone::alert});
}

// Keeps up with who is in the room.
void Desk::follow(const Heard& heard, const Conversation& talk) {
    switch (heard.kind) {
        case Kind::welcome:
            people_.clear();
            people_.and_more(std::max<std::size_t>(online(heard), 1) - 1);
            break;
        case Kind::came:
            if (heard.name == talk.name()) people_.clear();  // another room
            people_.here(heard.name);
            break;
        case Kind::connected:
            people_.here(heard.name);
            break;
        case Kind::says:
        case Kind::acts:
            people_.spoke(heard.name, talk.up_to_date());
            break;
        case Kind::whispers:
            people_.spoke(heard.name, false);
            break;
        case Kind::renamed:
            people_.renamed(heard.name, heard.text);
            break;
        case Kind::went:
        case Kind::left:
            people_.gone(heard.name);
            break;
        case Kind::notice:
            if (auto here = who_is_here(heard)) {
                people_.and_more(0);
                for (std::string_view name : here->names)
                    people_.here(name);
            } else if (auto more = and_more(heard)) {
                people_.and_more(*more);
            }
            break;
        default:
            break;
    }
    people_.i_am(talk.name());
}

std::vector<std::string> Desk::press(const Key& key, Size screen) {
    switch (key.kind) {
        case Key::Kind::page_up:
            talk_.page_up(message_area(screen));
            return {};
        case Key::Kind::page_down:
            talk_.page_down(message_area(screen));
            return {};
        case Key::Kind::focus_out:
            talk_.look_away();
            return {};
        case Key::Kind::focus_in:
            talk_.look_back();
            return {};
        case Key::Kind::escape:
            if (!composer_.question()) talk_.to_end();
            break;
        default:
            break;
    }
    std::vector<std::string> lines = composer_.press(key, people_);
    if (!lines.empty()) talk_.to_end();
    return lines;
}

void Desk::sent(std::string_view line, std::string time) {
    Request request = parse_request(line);
    if (request.kind != Request::Kind::msg) return;
    auto [name, text] = split_word(request.text);
    Heard heard = understand(fmt::format("-{}- {}", name, text));
    talk_.add({std::move(time), fmt::format("to {}", heard.line), Tone::quiet,
               heard.name_at + 3, heard.name.size()});
}

Picture Desk::picture(const Conversation& talk, Size screen) {
    Status status;
    status.name = talk.joined() ? talk.name() : "";
    status.room = talk.room();
    status.people = people_.count();
    status.lag = talk.lag();
    status.connection = state_;
    status.peer = peer_;
    status.scrolled = !talk_.at_end();
    status.below = talk_.below();
    std::optional<std::string> question = composer_.question();
    if (question) return lay_out({talk_, status, *question, nullptr}, screen);
    const char* prompt = talk.asks_for_name() ? "Your name: " : "> ";
    return lay_out({talk_, status, prompt, &composer_.line()}, screen);
}

}  // namespace tincan::chat
