#include "book/tour/events.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace tincan::tour {

EventId EventGraph::add(std::size_t lane, std::int32_t thread, std::int64_t at,
                        int beat) {
    events_.push_back(
        {.lane = lane, .thread = thread, .at = at, .beat = beat, .causes = {}});
    return events_.size() - 1;
}

void EventGraph::because(EventId effect, EventId cause) {
    events_[effect].causes.push_back(cause);
}

void EventGraph::order() {
    std::vector<EventId> by_time(events_.size());
    std::iota(by_time.begin(), by_time.end(), EventId{0});
    std::erase_if(by_time, [&](EventId id) { return !events_[id].kept; });
    std::ranges::stable_sort(by_time, {},
                             [&](EventId id) { return events_[id].at; });
    std::map<std::size_t, EventId> last_of_lane;
    std::map<std::int32_t, EventId> last_of_thread;
    for (EventId id : by_time) {
        Event& event = events_[id];
        if (auto last = last_of_lane.find(event.lane);
            last != last_of_lane.end()) {
            because(id, last->second);
        }
        if (auto last = last_of_thread.find(event.thread);
            event.thread != 0 && last != last_of_thread.end()) {
            because(id, last->second);
        }
        last_of_lane[event.lane] = id;
        last_of_thread[event.thread] = id;
    }
    for (EventId id : by_time) {
        events_[id].rank = rank_of(id);
    }
}

int EventGraph::rank_of(EventId id) {
    Event& event = events_[id];
    if (event.rank != kUnknown) return event.rank;
    event.rank = 0;  // before the first step nothing is in order
    for (EventId cause : event.causes) {
        if (event.beat > 0 && events_[cause].kept &&
            events_[cause].beat == event.beat) {
            event.rank = std::max(event.rank, rank_of(cause) + 1);
        }
    }
    return event.rank;
}

Moment EventGraph::moment(EventId event) const {
    return {events_[event].beat, std::max(events_[event].rank, 0)};
}

}  // namespace tincan::tour
