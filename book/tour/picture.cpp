#include "book/tour/picture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tincan::tour {

namespace {

bool watches_a_set(const Wait& wait) {
    return wait.call == "select" || wait.call == "poll" ||
           wait.call == "epoll_wait";
}

std::string initial(const std::string& name) {
    return name == kListener ? "L" : name.substr(0, 1);
}

// "accept? Ann? accept? Ann? ...", as often as there is room.
std::vector<std::string> questions(const Wait& wait) {
    std::string round;
    for (const std::string& name : wait.on) {
        round += (name == kListener ? "accept" : name) + "? ";
    }
    std::vector<std::string> result = {round + round + round + "...",
                                       round + round + "...", round + "..."};
    return result;
}

}  // namespace

bool shows_initials(const std::string& label) {
    return label.find("{L") != std::string::npos;
}

std::vector<std::string> labels(const Timeline& timeline, const Wait& wait) {
    std::vector<std::string> initials;
    for (const std::string& name : wait.on) {
        initials.push_back(initial(name));
    }
    std::string all = fmt::format("{}", fmt::join(wait.on, ", "));
    std::string short_names = fmt::format("{}", fmt::join(initials, ","));

    if (wait.call == kAsking) {
        std::vector<std::string> result = questions(wait);
        result.insert(result.end(), {"EAGAIN ...", "EAGAIN", "asks"});
        return result;
    }
    if (watches_a_set(wait) && wait.on.empty()) {
        return {wait.call + "()", wait.call};
    }
    if (watches_a_set(wait)) {
        std::vector<std::string> short_listener = wait.on;
        std::ranges::replace(short_listener, std::string(kListener),
                             std::string("L"));
        return {
            fmt::format("{}{{{}}}", wait.call, all),
            fmt::format("{}{{{}}}", wait.call, fmt::join(short_listener, ",")),
            fmt::format("{}{{{}}}", wait.call, short_names),
            fmt::format("{{{}}}", short_names)};
    }
    if (wait.call == kReady) return {"ready: the thread is busy", "ready"};
    if (holds_thread(wait)) return {wait.call + "()", wait.call};
    std::string whom =
        wait.on.empty() || wait.on == std::vector<std::string>{kListener} ? ""
                                                                          : all;
    std::string call = fmt::format("{}({})", wait.call, whom);
    std::vector<std::string> result = {call, wait.call};
    if (timeline.lanes[wait.lane].kind == LaneKind::task) {
        result.insert(result.begin(), fmt::format("co_await {}", call));
    }
    return result;
}

bool holds_thread(const Wait& wait) {
    return wait.call == "getline" || wait.call == "sleep_for";
}

std::string fitting(const std::vector<std::string>& labels, std::size_t room) {
    auto found = std::ranges::find_if(
        labels, [&](const std::string& label) { return label.size() <= room; });
    return found == labels.end() ? "" : *found;
}

std::vector<Stretch> running(const Timeline& timeline, std::size_t lane) {
    std::vector<Stretch> result;
    Moment since = timeline.lanes[lane].begin;
    auto until = [&](Moment moment) {
        if (since < moment) result.push_back({since, moment});
    };
    for (const Wait& wait : timeline.waits) {
        if (wait.lane != lane) continue;
        until(wait.from);
        since = wait.to;
    }
    until(timeline.lanes[lane].end);
    return result;
}

std::vector<Stretch> answers_awaited(const Timeline& timeline,
                                     std::size_t lane) {
    std::vector<Stretch> result;
    std::optional<Moment> since;
    for (const Deed& deed : timeline.deeds) {
        if (deed.lane != lane) continue;
        if (deed.act == Act::say && !since) since = deed.at;
        if (deed.act == Act::hear && since) {
            result.push_back({*since, deed.at});
            since.reset();
        }
    }
    return result;
}

bool has_answers(const Timeline& timeline) {
    return std::ranges::any_of(
        timeline.deeds, [](const Deed& deed) { return deed.act == Act::say; });
}

bool has_arrow(const Timeline& timeline, Cause cause) {
    return std::ranges::any_of(timeline.arrows, [&](const Arrow& arrow) {
        return arrow.cause == cause;
    });
}

bool connects(const Timeline& timeline, std::size_t lane) {
    return std::ranges::any_of(timeline.deeds, [&](const Deed& deed) {
        return deed.lane == lane && deed.act == Act::connect;
    });
}

Stretch presence(const Timeline& timeline, std::size_t lane) {
    Stretch there{{0, 0}, {timeline.beats, 0}};
    for (const Deed& deed : timeline.deeds) {
        if (deed.lane != lane) continue;
        if (deed.act == Act::connect) there.from = deed.at;
        if (deed.act == Act::leave || deed.act == Act::end) there.to = deed.at;
    }
    return there;
}

std::string_view farewell(const Timeline& timeline, std::size_t lane) {
    for (const Deed& deed : timeline.deeds) {
        if (deed.lane != lane) continue;
        if (deed.act == Act::leave) return "leaves";
        if (deed.act == Act::end) return "sees the end";
    }
    return "";
}

std::string words_of(const Deed& deed, const char* open, const char* close) {
    bool quoted = deed.act == Act::say || deed.act == Act::key;
    if (quoted) return open + deed.text + close;
    return deed.act == Act::pour || deed.act == Act::read ? deed.text : "";
}

std::optional<Stretch> queued(const Timeline& timeline, std::size_t lane) {
    for (const Arrow& arrow : timeline.arrows) {
        if (arrow.cause == Cause::connect && arrow.from_lane == lane &&
            arrow.from.beat < arrow.to.beat) {
            return Stretch{arrow.from, arrow.to};
        }
    }
    return std::nullopt;
}

std::vector<News> news(const Timeline& timeline, std::size_t lane) {
    std::vector<News> result;
    std::string said;
    for (const Deed& deed : timeline.deeds) {
        if (deed.lane != lane) continue;
        if (deed.act == Act::say) said = deed.text;
        if (deed.act != Act::hear || deed.text.ends_with(said)) continue;
        if (!result.empty()) result.back().next = deed.at;
        result.push_back({deed.text.substr(0, deed.text.find("\\n")),
                          deed.at,
                          {timeline.beats, 0}});
    }
    return result;
}

std::string shortened(const std::string& text, std::size_t room) {
    constexpr std::string_view kMore = " ...";
    if (text.size() <= room) return text;
    if (room <= kMore.size()) return "";
    auto end = text.rfind(' ', room - kMore.size());
    bool says_something = end != std::string::npos && end > text.find(' ');
    return says_something ? text.substr(0, end).append(kMore) : "";
}

int beats(const Stretch& stretch) {
    return stretch.to.beat - stretch.from.beat;
}

std::string seconds(const Timeline& timeline, int beats) {
    return fmt::format(
        "{:.1f} s",
        std::chrono::duration<double>(beats * timeline.beat).count());
}

}  // namespace tincan::tour
