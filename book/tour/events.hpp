// Events and their causes, and from these the order within a beat.
#pragma once

#include "book/tour/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tincan::tour {

using EventId = std::size_t;

class EventGraph {
public:
    // `thread` 0: a person. Events of one lane follow each other, and so do
    // those of one thread, whatever tasks it runs.
    EventId add(std::size_t lane, std::int32_t thread, std::int64_t at,
                int beat);

    // The picture shows this one. What nobody keeps has no place in the
    // order: how many calls there were in between differs from run to run.
    void keep(EventId event) { events_[event].kept = true; }
    void because(EventId effect, EventId cause);

    std::size_t lane(EventId event) const { return events_[event].lane; }
    int beat(EventId event) const { return events_[event].beat; }

    // Gives every kept event its rank; call it once, when all is there.
    void order();
    Moment moment(EventId event) const;

private:
    struct Event {
        std::size_t lane;
        std::int32_t thread;
        std::int64_t at;
        int beat;
        bool kept = false;
        std::vector<EventId> causes;
        int rank = kUnknown;
    };
    static constexpr int kUnknown = -1;

    int rank_of(EventId event);

    std::vector<Event> events_;
};

}  // namespace tincan::tour
