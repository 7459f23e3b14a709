#include "book/tour/recording.hpp"

#include "book/tour/descriptors.hpp"

#include <fmt/core.h>

#include <map>

namespace tincan::tour {

namespace {

using std::chrono::nanoseconds;

// How long after the step it belongs to something happened.
nanoseconds lateness(const Recording& recording, std::int64_t time) {
    auto due = nanoseconds(recording.start) +
               beat_at(recording, time) * nanoseconds(recording.beat);
    return nanoseconds(time) - due;
}

}  // namespace

int beat_at(const Recording& recording, std::int64_t time) {
    int beat = 0;
    for (const Observed& seen : recording.observed) {
        if (is_step(seen.act) && seen.at <= time) beat = seen.beat;
    }
    return beat;
}

std::optional<std::string> disturbance(const Recording& recording) {
    auto late = [&](std::int64_t time) {
        return lateness(recording, time) > recording.beat / 2;
    };
    std::map<std::string, bool> awaits_answer;
    for (const Observed& seen : recording.observed) {
        if (late(seen.at)) return fmt::format("{} was late", seen.who);
        if (seen.act == Act::say) awaits_answer[seen.who] = true;
        if (seen.act == Act::hear) awaits_answer[seen.who] = false;
    }
    for (const auto& [who, still] : awaits_answer) {
        if (still) return fmt::format("{} got no answer", who);
    }

    Descriptors descriptors(recording);
    for (const Record& record : recording.calls) {
        bool matters =
            record.call == Call::task_resumed ||
            ((record.call == Call::accept || record.call == Call::receive ||
              record.call == Call::send) &&
             record.result >= 0 &&
             !descriptors.who(record.fd, record.entered_at).empty());
        if (record.left && matters && late(record.left_at)) {
            return "the server was late";
        }
    }
    return std::nullopt;
}

}  // namespace tincan::tour
