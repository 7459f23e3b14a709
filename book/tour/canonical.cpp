#include "book/tour/canonical.hpp"

#include "book/tour/descriptors.hpp"
#include "book/tour/events.hpp"
#include "book/tour/lanes.hpp"
#include "book/tour/person.hpp"
#include "book/tour/wording.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

namespace tincan::tour {

namespace {

// Where a signal happens.
constexpr std::size_t kNoLane = std::numeric_limits<std::size_t>::max();

class Story {
public:
    explicit Story(const Recording& recording)
        : recording_(recording), descriptors_(recording) {
        for (const Observed& seen : recording.observed) {
            add_deed(seen);
        }
        add_calls();
        for (auto& [task, wait] : suspended_)
            end_suspension(task, {});
        add_arrows();
        events_.order();
    }

    Timeline timeline() const;

private:
    struct WaitDraft {
        std::size_t lane;
        std::string call;
        std::vector<std::string> on;
        EventId from;
        MaybeEvent to;
    };
    struct DeedDraft {
        Act act;
        std::string text;
        EventId event;
    };
    struct ArrowDraft {
        Cause cause;
        EventId from;
        EventId to;
    };
    struct Suspension {
        Record record;
        EventId event;
    };

    EventId add_event(std::size_t lane, const Record& by, std::int64_t at) {
        return events_.add(lane, by.thread, at, beat_at(recording_, at));
    }
    void add_deed(const Observed& seen);
    void add_signal(const Observed& seen);
    bool heard_in_same_beat(const Observed& seen, Person& person, int beat);
    void add_calls();
    void add_call(const Record& record, std::size_t lane, EventId entered,
                  MaybeEvent left);
    void add_task(const Record& record, EventId created);
    void add_held_thread(const Record& record);
    void add_close(const Record& record, EventId event);
    void add_bytes(const Record& record, EventId event);
    void add_wait(WaitDraft wait);
    void end_suspension(std::uint64_t task, MaybeEvent resumed);
    bool is_over_at_once(std::size_t lane) const;
    void add_arrows();
    void add_arrow(Cause cause, MaybeEvent from, MaybeEvent to);
    void add_byte_arrows(const std::vector<Passed>& from,
                         const std::vector<Passed>& to, bool each_sender);

    Moment moment(MaybeEvent event) const {
        return event ? events_.moment(*event) : Moment{recording_.beats, 0};
    }

    const Recording& recording_;
    Descriptors descriptors_;
    EventGraph events_;
    LaneDrafts lanes_;
    std::map<std::string, Person> people_;
    std::map<int, EventId> steps_;  // of the script, by beat
    std::vector<DeedDraft> deeds_, signals_;
    std::vector<WaitDraft> waits_;
    std::vector<ArrowDraft> arrows_;
    std::map<std::uint64_t, EventId> thread_starts_;  // by place in the table
    std::map<std::uint64_t, Suspension> suspended_;   // by task
};

void Story::add_deed(const Observed& seen) {
    if (seen.act == Act::tick) return;
    if (seen.act == Act::signal) return add_signal(seen);
    auto [found, is_new] = people_.try_emplace(seen.who);
    Person& person = found->second;
    if (is_new) person.lane = lanes_.add_person(seen.who);
    int beat = beat_at(recording_, seen.at);
    if (heard_in_same_beat(seen, person, beat)) return;

    EventId event = events_.add(person.lane, 0, seen.at, beat);
    events_.keep(event);
    deeds_.push_back({seen.act, seen.text, event});
    if (is_step(seen.act)) steps_[seen.beat] = event;
    auto pass = [&](std::vector<Passed>& passed) {
        std::size_t before = passed.empty() ? 0 : passed.back().total;
        passed.push_back({before + seen.text.size(), event});
    };
    switch (seen.act) {
        case Act::connect:
            person.connects = event;
            break;
        case Act::leave:
            person.leaves = event;
            break;
        case Act::say:
            pass(person.said);
            break;
        case Act::hear:
            pass(person.heard);
            break;
        case Act::end:
            person.ended = event;
            break;
        default:;
    }
}

void Story::add_signal(const Observed& seen) {
    int beat = beat_at(recording_, seen.at);
    EventId event = events_.add(kNoLane, 0, seen.at, beat);
    events_.keep(event);
    signals_.push_back({seen.act, seen.text, event});
    steps_[seen.beat] = event;
}

// What came in several pieces within a beat was heard at once.
bool Story::heard_in_same_beat(const Observed& seen, Person& person, int beat) {
    if (seen.act != Act::hear || person.heard.empty()) return false;
    Passed& last = person.heard.back();
    if (events_.beat(last.event) != beat) return false;
    last.total += seen.text.size();
    std::ranges::find(deeds_, last.event, &DeedDraft::event)->text += seen.text;
    return true;
}

void Story::add_calls() {
    const std::vector<Record>& calls = recording_.calls;
    std::vector<std::size_t> places(calls.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::stable_sort(places, {},
                             [&](auto i) { return calls[i].entered_at; });
    for (std::size_t place : places) {
        const Record& record = calls[place];
        if (record.call == Call::none) continue;
        std::size_t lane =
            record.task != 0
                ? lanes_.find(LaneKind::task, record.task)
                : lanes_.find(LaneKind::thread,
                              static_cast<std::uint64_t>(record.thread));
        EventId entered = add_event(lane, record, record.entered_at);
        if (record.call == Call::start_thread) thread_starts_[place] = entered;
        MaybeEvent left;
        if (record.left) left = add_event(lane, record, record.left_at);
        add_call(record, lane, entered, left);
    }
}

void Story::add_call(const Record& record, std::size_t lane, EventId entered,
                     MaybeEvent left) {
    switch (record.call) {
        case Call::thread:
            lanes_[lane].begin = entered;
            lanes_[lane].end = left;
            if (left) events_.keep(*left);
            if (auto start = thread_starts_.find(record.cause);
                start != thread_starts_.end()) {
                add_arrow(Cause::start, start->second, entered);
            }
            break;
        case Call::task_created:
            add_task(record, entered);
            break;
        case Call::task_suspended:
            suspended_.insert_or_assign(record.task,
                                        Suspension{record, entered});
            break;
        case Call::task_resumed:
            end_suspension(record.task, entered);
            suspended_.erase(record.task);
            break;
        case Call::task_ended:
            end_suspension(record.task, entered);  // if it never began
            suspended_.erase(record.task);
            lanes_[lane].cancelled = record.what == std::string("cancelled");
            [[fallthrough]];
        case Call::exit:
            lanes_[lane].end = entered;
            events_.keep(entered);
            break;
        case Call::shutdown:
        case Call::close:
            add_close(record, entered);
            break;
        default:
            if (*name_of(record.call) == '\0') break;
            if (record.task != 0 && is_blocking(record.call)) {
                add_held_thread(record);
            }
            add_wait({lane, name_of(record.call),
                      descriptors_.waited_for(record), entered, left});
            // A peer may have the bytes before send has returned.
            if (left && record.result >= 0) {
                add_bytes(record, record.call == Call::send ? entered : *left);
            }
    }
}

void Story::add_task(const Record& record, EventId created) {
    std::size_t lane = lanes_.find(LaneKind::task, record.cause);
    LaneDraft& child = lanes_[lane];
    child.begin = add_event(lane, record, record.entered_at);
    auto named = std::ranges::find(recording_.tasks, std::string(record.what),
                                   [](const auto& task) { return task.first; });
    if (named != recording_.tasks.end()) child.name = named->second;
    add_arrow(Cause::start, created, child.begin);
    Record ready;
    std::ranges::copy(std::string_view(kReady), ready.what);
    suspended_.insert_or_assign(record.cause, Suspension{ready, *child.begin});
}

// The task that makes such a call has the thread wait with it.
void Story::add_held_thread(const Record& record) {
    std::size_t lane = lanes_.find(LaneKind::thread,
                                   static_cast<std::uint64_t>(record.thread));
    EventId from = add_event(lane, record, record.entered_at);
    MaybeEvent to;
    if (record.left) to = add_event(lane, record, record.left_at);
    add_wait({lane, name_of(record.call), {}, from, to});
}

// For writing, or altogether; the first of these counts.
void Story::add_close(const Record& record, EventId event) {
    auto found = people_.find(descriptors_.who(record.fd, record.entered_at));
    if (found == people_.end()) return;
    auto& [name, person] = *found;
    if (!person.closed) person.closed = event;
}

void Story::add_bytes(const Record& record, EventId event) {
    bool accepts = record.call == Call::accept;
    auto found =
        people_.find(accepts ? descriptors_.who(static_cast<int>(record.result),
                                                record.left_at)
                             : descriptors_.who(record.fd, record.entered_at));
    if (found == people_.end()) return;

    auto& [name, person] = *found;
    auto pass = [&](std::vector<Passed>& passed) {
        std::size_t before = passed.empty() ? 0 : passed.back().total;
        passed.push_back(
            {before + static_cast<std::size_t>(record.result), event});
    };
    if (accepts) {
        person.accepted = event;
    } else if (record.call == Call::send) {
        pass(person.sent);
    } else if (record.result > 0) {
        pass(person.received);
    } else if (record.call == Call::receive && !person.missed) {
        person.missed = event;
    }
    lanes_[events_.lane(event)].about.insert(accepts ? kListener : name);
}

// A wait that began and ended in the same beat was none.
void Story::add_wait(WaitDraft wait) {
    if (wait.to && events_.beat(*wait.to) == events_.beat(wait.from)) return;
    events_.keep(wait.from);
    if (wait.to) {
        events_.keep(*wait.to);
        auto step = steps_.find(events_.beat(*wait.to));
        if (step != steps_.end()) events_.because(*wait.to, step->second);
    }
    lanes_[wait.lane].about.insert(wait.on.begin(), wait.on.end());
    waits_.push_back(std::move(wait));
}

void Story::end_suspension(std::uint64_t task, MaybeEvent resumed) {
    auto found = suspended_.find(task);
    if (found == suspended_.end()) return;
    const auto& [record, event] = found->second;
    add_wait({events_.lane(event), record.what, descriptors_.waited_for(record),
              event, resumed});
}

void Story::add_arrows() {
    for (const auto& [name, person] : people_) {
        add_arrow(Cause::connect, person.connects, person.accepted);
        add_arrow(Cause::leave, person.leaves, person.missed);
        add_arrow(Cause::leave, person.closed, person.ended);
        add_byte_arrows(person.said, person.received, true);
        add_byte_arrows(person.sent, person.heard, false);
    }
}

void Story::add_arrow(Cause cause, MaybeEvent from, MaybeEvent to) {
    if (!from || !to) return;
    events_.keep(*from);
    events_.keep(*to);
    events_.because(*to, *from);
    arrows_.push_back({cause, *from, *to});
}

// One arrow for everything a person said (`each_sender`), to where the last
// byte of it came in; and one for everything a person heard, from where its
// last byte went out.
void Story::add_byte_arrows(const std::vector<Passed>& from,
                            const std::vector<Passed>& to, bool each_sender) {
    for (const Passed& whole : each_sender ? from : to) {
        const std::vector<Passed>& others = each_sender ? to : from;
        auto other = std::ranges::find_if(others, [&](const Passed& candidate) {
            return candidate.total >= whole.total;
        });
        if (other == others.end()) continue;
        add_arrow(Cause::bytes, each_sender ? whole.event : other->event,
                  each_sender ? other->event : whole.event);
    }
}

// A task that begins and ends within a beat has nothing to show.
bool Story::is_over_at_once(std::size_t lane) const {
    const LaneDraft& draft = lanes_[lane];
    return draft.kind == LaneKind::task && draft.begin && draft.end &&
           moment(draft.begin).beat == moment(draft.end).beat;
}

Timeline Story::timeline() const {
    Timeline timeline;
    timeline.stage = recording_.stage;
    timeline.beats = recording_.beats;
    timeline.beat = recording_.beat;
    std::map<std::size_t, std::size_t> place;  // from draft to picture
    for (std::size_t lane : lanes_.from_top()) {
        if (is_over_at_once(lane)) continue;
        place[lane] = timeline.lanes.size();
        const LaneDraft& draft = lanes_[lane];
        timeline.lanes.push_back({lanes_.name(lane), draft.kind,
                                  draft.begin ? moment(draft.begin) : Moment{},
                                  moment(draft.end), !draft.end,
                                  draft.cancelled});
    }
    for (const WaitDraft& wait : waits_) {
        if (!place.contains(wait.lane)) continue;
        timeline.waits.push_back({place[wait.lane], wait.call, wait.on,
                                  moment(wait.from), moment(wait.to)});
    }
    for (const DeedDraft& deed : deeds_) {
        timeline.deeds.push_back({place[events_.lane(deed.event)], deed.act,
                                  shown(deed.text), moment(deed.event)});
    }
    for (const DeedDraft& signal : signals_) {
        timeline.signals.push_back(
            {0, signal.act, signal.text, moment(signal.event)});
    }
    for (const ArrowDraft& arrow : arrows_) {
        std::size_t from = events_.lane(arrow.from);
        std::size_t to = events_.lane(arrow.to);
        if (!place.contains(from) || !place.contains(to)) continue;
        if (events_.beat(arrow.to) == 0)
            continue;  // as it was in the beginning
        timeline.arrows.push_back({arrow.cause, place[from], moment(arrow.from),
                                   place[to], moment(arrow.to)});
    }
    std::ranges::sort(timeline.waits, {}, [](const Wait& wait) {
        return std::tuple(wait.lane, wait.from);
    });
    std::ranges::sort(timeline.deeds, {}, [](const Deed& deed) {
        return std::tuple(deed.lane, deed.at);
    });
    std::ranges::sort(timeline.arrows, {}, [](const Arrow& arrow) {
        return std::tuple(arrow.from, arrow.from_lane, arrow.to, arrow.to_lane);
    });
    return timeline;
}

}  // namespace

Timeline canonical(const Recording& recording) {
    return Story(recording).timeline();
}

}  // namespace tincan::tour
