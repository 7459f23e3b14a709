#include "book/tour/lanes.hpp"

#include <algorithm>

namespace tincan::tour {

std::size_t LaneDrafts::find(LaneKind kind, std::uint64_t id) {
    auto found = std::ranges::find_if(lanes_, [&](const LaneDraft& lane) {
        return lane.kind == kind && lane.id == id;
    });
    if (found != lanes_.end()) {
        return static_cast<std::size_t>(found - lanes_.begin());
    }
    lanes_.push_back(
        {.kind = kind, .id = id, .about = {}, .begin = {}, .end = {}});
    return lanes_.size() - 1;
}

std::size_t LaneDrafts::add_person(const std::string& name) {
    people_.push_back(name);
    std::size_t lane = find(LaneKind::person, people_.size());
    lanes_[lane].about = {name};
    return lane;
}

bool LaneDrafts::are_named() const {
    return std::ranges::any_of(
        lanes_, [](const LaneDraft& lane) { return !lane.name.empty(); });
}

// Next to tasks that the scene names, what runs them.
bool LaneDrafts::is_shown(const LaneDraft& lane) const {
    return !lane.about.empty() || !lane.name.empty() ||
           (lane.kind == LaneKind::thread && are_named());
}

bool LaneDrafts::is_about_one(const LaneDraft& lane) {
    return lane.about.size() == 1 && !lane.about.contains(kListener);
}

// 0 is the top. The first person is always on it, everybody else at the
// bottom, each below who serves them.
int LaneDrafts::height(std::size_t lane) const {
    const LaneDraft& draft = lanes_[lane];
    bool is_person = draft.kind == LaneKind::person;
    if (!is_about_one(draft)) return draft.kind == LaneKind::task ? 2 : 3;
    auto person = std::ranges::find(people_, *draft.about.begin());
    auto place = static_cast<int>(person - people_.begin());
    if (place == 0) return is_person ? 0 : 1;
    return 2 + 2 * place + (is_person ? 1 : 0);
}

std::vector<std::size_t> LaneDrafts::from_top() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (is_shown(lanes_[i])) order.push_back(i);
    }
    std::ranges::stable_sort(order, {},
                             [&](std::size_t lane) { return height(lane); });
    return order;
}

std::string LaneDrafts::name(std::size_t lane) const {
    const LaneDraft& draft = lanes_[lane];
    if (draft.kind == LaneKind::person) return *draft.about.begin();
    if (!draft.name.empty()) return draft.name;
    auto count = [&](LaneKind kind) {
        return std::ranges::count_if(lanes_, [&](const LaneDraft& other) {
            return other.kind == kind && is_shown(other);
        });
    };
    bool is_task = draft.kind == LaneKind::task;
    if (is_about_one(draft)) {
        return *draft.about.begin() + (is_task ? "'s task" : "'s thread");
    }
    if (is_task) return "accept task";
    if (draft.begin) return "2nd thread";
    if (count(LaneKind::thread) > 1) return "main thread";
    return count(LaneKind::task) > 0 ? "thread" : "server";
}

}  // namespace tincan::tour
