// What both drawings and the words need to know about a timeline.
#pragma once

#include "book/tour/timeline.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::tour {

// "recv(Ann)", "select{listener, Ann}", then shorter and shorter ones for bars
// in which that has no room.
std::vector<std::string> labels(const Timeline& timeline, const Wait& wait);

// In a task: a call that its thread waits in, which knows nothing of tasks.
bool holds_thread(const Wait& wait);

// The first of `labels` that is at most `room` wide; "" if none is.
std::string fitting(const std::vector<std::string>& labels, std::size_t room);

// True if a label says "L" for the listener and "A" for Ann.
bool shows_initials(const std::string& label);

// From a moment to another.
struct Stretch {
    Moment from;
    Moment to;
};

// When a thread or task was not waiting.
std::vector<Stretch> running(const Timeline& timeline, std::size_t lane);

// When a person had spoken and heard nothing yet.
std::vector<Stretch> answers_awaited(const Timeline& timeline,
                                     std::size_t lane);

// From a person's connect to the server's accept, if that took a beat or more.
std::optional<Stretch> queued(const Timeline& timeline, std::size_t lane);

// A person who asks and is answered.
bool has_answers(const Timeline& timeline);
bool has_arrow(const Timeline& timeline, Cause cause);

// From when on a person is there, and until when: connected, if the program is
// a server.
Stretch presence(const Timeline& timeline, std::size_t lane);
// How that ends: "leaves"; "" if the picture ends before.
std::string_view farewell(const Timeline& timeline, std::size_t lane);
bool connects(const Timeline& timeline, std::size_t lane);
// What stands beside a deed; "" if nothing does.
std::string words_of(const Deed& deed, const char* open, const char* close);

// What a person heard that was not only the echo of their own words, each with
// the moment at which the next one comes.
struct News {
    std::string text;  // its first line
    Moment at;
    Moment next;
};
std::vector<News> news(const Timeline& timeline, std::size_t lane);

// Its first words, as many as `room` has room for; "" if that is only one.
std::string shortened(const std::string& text, std::size_t room);

int beats(const Stretch& stretch);

// "0.6 s"
std::string seconds(const Timeline& timeline, int beats);

}  // namespace tincan::tour
