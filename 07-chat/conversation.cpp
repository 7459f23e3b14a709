#include "07-chat/conversation.hpp"

#include "07-chat/commands.hpp"
#include "07-chat/graphemes.hpp"

#include <fmt/core.h>

#include <charconv>

namespace tincan::chat {

namespace {

constexpr std::string_view kPing = "/ping alive-";
constexpr std::string_view kPong = "-server- pong alive-";

// The number behind `prefix`, if that is all that `line` is.
std::optional<std::uint64_t> number_behind(std::string_view prefix,
                                           std::string_view line) {
    if (!line.starts_with(prefix)) return std::nullopt;
    line.remove_prefix(prefix.size());
    std::uint64_t number = 0;
    auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), number);
    bool whole = error == std::errc() && end == line.data() + line.size();
    return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string Conversation::typed(std::string_view line) {
    leaving_ = parse_request(line).kind == Request::Kind::quit;
    if (joined_) {
        renaming_ |= line.starts_with("/nick ");
        // What has been said in the other room comes first.
        up_to_date_ &= !line.starts_with("/join ");
        return fmt::format("{}\n", line);
    }
    if (leaving_) return "";
    refused_ = false;
    name_ = visible_text(line);
    return fmt::format("CONNECT {}\n", line);
}

Conversation Conversation::again() const {
    Conversation next;
    next.name_ = name_;
    next.return_to_ = room_.empty() ? return_to_ : room_;
    next.leaving_ = leaving_;
    next.curious_ = curious_;
    next.pings_are_known_ = pings_are_known_;
    next.answer_ = fmt::format("CONNECT {}\n", name_);
    return next;
}

std::string Conversation::sign_of_life(TimePoint now) {
    return joined_ && pings_are_known_ ? ping(now) : "";
}

std::string Conversation::ping(TimePoint now) {
    if (!asked_) asked_ = now;
    return fmt::format("{}{}\n", kPing, ++pings_);
}

bool Conversation::is_pong(std::string_view line, TimePoint now) {
    std::optional<std::uint64_t> number = number_behind(kPong, line);
    if (!number || *number == 0 || *number > pings_) return false;
    if (quiet_until_ != 0 && *number >= quiet_until_) {
        quiet_until_ = 0;
        arrived();  // or never will be
    }
    if (!asked_) return true;
    bool first = !lag_;
    lag_ = now - *std::exchange(asked_, std::nullopt);
    if (first && curious_ && room_.empty()) ask_quietly("/who", now);
    return true;
}

// All lists that come before the pong of the ping behind the question are for
// us alone.
void Conversation::ask_quietly(std::string_view question, TimePoint now) {
    answer_ += fmt::format("{}\n{}", question, ping(now));
    quiet_until_ = pings_;
}

std::optional<TimePoint> Conversation::silent_since() const {
    return lag_ ? asked_ : std::nullopt;
}

// A server that knows no /ping tells it to everybody.
bool Conversation::is_own_ping(const Heard& heard) const {
    std::optional<std::uint64_t> number = number_behind(kPing, heard.text);
    return heard.kind == Heard::Kind::says && heard.name == name_ && number &&
           *number <= pings_;
}

std::optional<Heard> Conversation::heard(std::string_view line, TimePoint now) {
    if (is_pong(line, now)) return std::nullopt;
    Heard heard = understand(line);
    if (joined_) {
        if (is_own_ping(heard)) {
            pings_are_known_ = false;
            asked_.reset();
            arrived();
            return std::nullopt;
        }
        follow(heard);
        heard.quiet =
            quiet_until_ != 0 && (who_is_here(heard) || and_more(heard));
    } else {
        refused_ = heard.kind == Heard::Kind::refused;
        if (heard.kind == Heard::Kind::welcome) welcome(now);
    }
    return heard;
}

void Conversation::welcome(TimePoint now) {
    joined_ = true;
    if (!return_to_.empty()) {
        ask_quietly("/join " + return_to_, now);
    } else if (curious_) {
        answer_ += sign_of_life(now);
    }
}

// In the room that we wanted to be in, and all that was said there is told.
void Conversation::arrived() {
    return_to_.clear();
    up_to_date_ = true;
}

void Conversation::follow(const Heard& heard) {
    using enum Heard::Kind;
    switch (heard.kind) {
        case connected:
            // The first such line is about us, with the name as it is written
            // here; who was in the room before us is not told as coming.
            if (!up_to_date_ && room_.empty()) name_ = heard.name;
            up_to_date_ |= return_to_.empty();
            break;
        case came:
            up_to_date_ |= heard.name == name_;
            break;
        case renamed:
            if (renaming_ && heard.name == name_) {
                name_ = heard.text;
                renaming_ = false;
            }
            break;
        case refused:
            renaming_ = false;
            arrived();
            break;
        case notice:
            if (auto here = who_is_here(heard)) {
                room_ = here->room;
                arrived();
            }
            break;
        default:
            break;
    }
}

}  // namespace tincan::chat
