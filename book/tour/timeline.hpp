// The canonical timeline: what happened, in beats instead of nanoseconds, so
// that the same program tells the same story on every run. Pictures and words
// are made from this alone.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace tincan::tour {

// A place in time: the beat, and how many causes of the same beat come before.
struct Moment {
    int beat = 0;
    int rank = 0;

    auto operator<=>(const Moment&) const = default;
};

enum class LaneKind { person, thread, task };

struct Lane {
    std::string name;
    LaneKind kind = LaneKind::thread;
    Moment begin;
    Moment end;
    bool goes_on = true;  // past the end of the picture
    bool cancelled = false;

    bool operator==(const Lane&) const = default;
};

// A thread or task that waits in a call, or asks again and again.
struct Wait {
    std::size_t lane = 0;
    std::string call;             // "recv", "select"; kAsking
    std::vector<std::string> on;  // "listener", "Ann"
    Moment from;
    Moment to;

    bool operator==(const Wait&) const = default;
};

inline constexpr const char* kAsking = "ask";   // calls that say EAGAIN
inline constexpr const char* kReady = "ready";  // a task that has not begun
inline constexpr const char* kListener = "listener";

enum class Act {
    connect,
    say,
    hear,
    leave,
    pour,    // say more than the server can send back, and read nothing
    read,    // begin to read what was not read so far
    end,     // the server ends the connection
    key,     // on the keyboard of the program
    signal,  // to the program
    tick,    // nothing but that the time has come: for what timers do
};

// What a person does; a signal is nobody's, and has no lane.
struct Deed {
    std::size_t lane = 0;
    Act act = Act::connect;
    std::string text;
    Moment at;

    bool operator==(const Deed&) const = default;
};

enum class Cause { connect, bytes, leave, start };

// What passes from one lane to another.
struct Arrow {
    Cause cause = Cause::bytes;
    std::size_t from_lane = 0;
    Moment from;
    std::size_t to_lane = 0;
    Moment to;

    bool operator==(const Arrow&) const = default;
};

struct Timeline {
    std::string stage;  // "01-blocking", or a figure: "06-sleepers"
    int beats = 0;      // how long the picture is
    std::chrono::milliseconds beat{100};
    std::vector<Lane> lanes;  // from top to bottom
    std::vector<Wait> waits;  // by lane, then in order
    std::vector<Deed> deeds;  // by lane, then in order
    std::vector<Deed> signals;
    std::vector<Arrow> arrows;

    bool operator==(const Timeline&) const = default;
};

// As text, one fact a line, for files that people compare; and back. read
// throws std::runtime_error with the number of the line it can't read.
void write(std::ostream& out, const Timeline& timeline);
Timeline read_timeline(std::istream& in);

}  // namespace tincan::tour
