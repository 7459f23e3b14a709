#include "book/tour/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iomanip>
#include <istream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace tincan::tour {

namespace {

constexpr std::array kKinds = {"person", "thread", "task"};
constexpr std::array kActs = {"connect", "say", "hear", "leave",  "pour",
                              "read",    "end", "key",  "signal", "tick"};
constexpr std::array kCauses = {"connect", "bytes", "leave", "start"};

template <typename Enum, std::size_t N>
const char* name_of(Enum value, const std::array<const char*, N>& names) {
    return names.at(static_cast<std::size_t>(value));
}

template <typename Enum, std::size_t N>
void read_enum(std::istream& in, Enum& value,
               const std::array<const char*, N>& names) {
    std::string word;
    in >> word;
    auto found = std::ranges::find(names, word);
    if (found == names.end()) in.setstate(std::ios::failbit);
    value = static_cast<Enum>(found - names.begin());
}

std::ostream& operator<<(std::ostream& out, Moment moment) {
    return out << moment.beat << '.' << moment.rank;
}

std::istream& operator>>(std::istream& in, Moment& moment) {
    char dot = 0;
    in >> moment.beat >> dot >> moment.rank;
    if (dot != '.') in.setstate(std::ios::failbit);
    return in;
}

void read_lane(std::istream& in, Lane& lane) {
    std::string end;
    read_enum(in, lane.kind, kKinds);
    in >> std::quoted(lane.name) >> lane.begin >> lane.end >> end;
    lane.goes_on = end == "goes-on";
    lane.cancelled = end == "cancelled";
    if (!lane.goes_on && !lane.cancelled && end != "ends") {
        in.setstate(std::ios::failbit);
    }
}

void read_wait(std::istream& in, Wait& wait) {
    in >> wait.lane >> wait.from >> wait.to >> wait.call;
    if (!in) return;
    for (std::string who; in >> std::quoted(who);) {
        wait.on.push_back(who);
    }
    if (in.eof()) in.clear(std::ios::eofbit);
}

void read_line(const std::string& line, Timeline& timeline) {
    std::istringstream in(line);
    std::string what;
    in >> what;
    if (what == "stage") {
        in >> std::quoted(timeline.stage);
    } else if (what == "beats") {
        int milliseconds = 0;
        in >> timeline.beats >> milliseconds;
        timeline.beat = std::chrono::milliseconds(milliseconds);
    } else if (what == "lane") {
        read_lane(in, timeline.lanes.emplace_back());
    } else if (what == "wait") {
        read_wait(in, timeline.waits.emplace_back());
    } else if (what == "deed") {
        Deed& deed = timeline.deeds.emplace_back();
        in >> deed.lane >> deed.at;
        read_enum(in, deed.act, kActs);
        in >> std::quoted(deed.text);
    } else if (what == "signal") {
        Deed& deed = timeline.signals.emplace_back();
        deed.act = Act::signal;
        in >> deed.at >> std::quoted(deed.text);
    } else if (what == "arrow") {
        Arrow& arrow = timeline.arrows.emplace_back();
        in >> arrow.from_lane >> arrow.from >> arrow.to_lane >> arrow.to;
        read_enum(in, arrow.cause, kCauses);
    } else {
        in.setstate(std::ios::failbit);
    }
    if (in.fail()) throw std::runtime_error(line);
}

// A picture drawn from it indexes lanes without asking.
bool names_its_lanes(const Timeline& timeline) {
    auto exists = [&](std::size_t lane) {
        return lane < timeline.lanes.size();
    };
    return std::ranges::all_of(timeline.waits, exists, &Wait::lane) &&
           std::ranges::all_of(timeline.deeds, exists, &Deed::lane) &&
           std::ranges::all_of(timeline.arrows, exists, &Arrow::from_lane) &&
           std::ranges::all_of(timeline.arrows, exists, &Arrow::to_lane);
}

}  // namespace

void write(std::ostream& out, const Timeline& timeline) {
    out << "stage " << std::quoted(timeline.stage) << '\n';
    out << "beats " << timeline.beats << ' ' << timeline.beat.count() << '\n';
    for (const Lane& lane : timeline.lanes) {
        out << "lane " << name_of(lane.kind, kKinds) << ' '
            << std::quoted(lane.name) << ' ' << lane.begin << ' ' << lane.end
            << (lane.goes_on     ? " goes-on"
                : lane.cancelled ? " cancelled"
                                 : " ends")
            << '\n';
    }
    for (const Wait& wait : timeline.waits) {
        out << "wait " << wait.lane << ' ' << wait.from << ' ' << wait.to << ' '
            << wait.call;
        for (const std::string& who : wait.on) {
            out << ' ' << std::quoted(who);
        }
        out << '\n';
    }
    for (const Deed& deed : timeline.deeds) {
        out << "deed " << deed.lane << ' ' << deed.at << ' '
            << name_of(deed.act, kActs) << ' ' << std::quoted(deed.text)
            << '\n';
    }
    for (const Deed& deed : timeline.signals) {
        out << "signal " << deed.at << ' ' << std::quoted(deed.text) << '\n';
    }
    for (const Arrow& arrow : timeline.arrows) {
        out << "arrow " << arrow.from_lane << ' ' << arrow.from << ' '
            << arrow.to_lane << ' ' << arrow.to << ' '
            << name_of(arrow.cause, kCauses) << '\n';
    }
}

Timeline read_timeline(std::istream& in) {
    Timeline timeline;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        try {
            read_line(line, timeline);
        } catch (const std::runtime_error&) {
            throw std::runtime_error(
                fmt::format("line {} says nothing: {}", number, line));
        }
    }
    if (!names_its_lanes(timeline)) {
        throw std::runtime_error("a lane is named that does not exist");
    }
    return timeline;
}

}  // namespace tincan::tour
