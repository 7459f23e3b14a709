// The client's side of the protocol: what a typed line sends, what a line
// that comes in means. Knows neither sockets nor screens, nor what time it is.
#pragma once

#include "06-coroutines/tincan/clock.hpp"
#include "07-chat/heard.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tincan::chat {

// More than the server's longest line: a name, its text and what is around.
inline constexpr std::size_t kLongestHeard = 4096;
inline constexpr std::size_t kLongestTyped = 1024;

// Who only listens asks for a sign of life this often, and so gives one.
inline constexpr std::chrono::seconds kSignOfLife{20};

class Conversation {
public:
    // What to send for a line that the user entered: names, until the server
    // accepts one.
    std::string typed(std::string_view line);

    // What to send every kSignOfLife; "" to a server that has never heard of
    // it, and takes it for something to tell the others.
    std::string sign_of_life(TimePoint now);
    // How long the last answer took; nothing before there was one.
    std::optional<Duration> lag() const { return lag_; }
    // Since when the server owes an answer, if it does and has ever given one.
    std::optional<TimePoint> silent_since() const;

    // What a line of the server's means; nothing if it was for us alone.
    std::optional<Heard> heard(std::string_view line, TimePoint now);
    // What is to be sent because of that, and was not typed by anybody.
    std::string take_answer() { return std::exchange(answer_, {}); }

    // From now on measures the lag at once, and asks who is in the room. Not
    // for scripts: every question counts where lines are counted.
    void be_curious() { curious_ = true; }

    // On the next connection: under the same name, in the same room, which
    // take_answer and `heard` see to.
    Conversation again() const;

    bool joined() const { return joined_; }
    // Has said who we are, and heard nothing of it yet.
    bool waits_for_welcome() const {
        return !name_.empty() && !joined_ && !refused_;
    }
    // What was said before we came has all been heard.
    bool up_to_date() const { return up_to_date_; }
    // On the way back to the room: what was said there last is told again.
    bool returning() const { return !return_to_.empty(); }
    // The name was refused: another one may be tried.
    bool refused() const { return refused_; }
    // What the user enters next is a name.
    bool asks_for_name() const { return name_.empty() || refused_; }
    // The user has said /quit.
    bool leaving() const { return leaving_; }
    const std::string& name() const { return name_; }  // the last one tried
    const std::string& room() const { return room_; }  // "": not told yet

private:
    bool is_pong(std::string_view line, TimePoint now);
    bool is_own_ping(const Heard& heard) const;
    void welcome(TimePoint now);
    void arrived();
    void follow(const Heard& heard);
    std::string ping(TimePoint now);
    void ask_quietly(std::string_view question, TimePoint now);

    bool joined_ = false;
    bool up_to_date_ = false;
    bool refused_ = false;
    bool leaving_ = false;
    bool renaming_ = false;  // the user has said /nick
    bool curious_ = false;
    std::string name_;
    std::string room_;
    std::string return_to_;  // the room to go to once welcomed
    std::string answer_;

    bool pings_are_known_ = true;  // or at least, we don't know better
    std::uint64_t pings_ = 0;
    std::optional<TimePoint> asked_;  // when, if a pong is owed
    std::optional<Duration> lag_;
    std::uint64_t quiet_until_ = 0;  // this ping's pong; 0: not quiet
};

}  // namespace tincan::chat
