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
    lanes_.push_back({kind, id, {}, {}, {}});
    return lanes_.size() - 1;
}

std::size_t LaneDrafts::add_person(const std::string& name) {
    people_.push_back(name);
    std::size_t lane = find(LaneKind::person, people_.size());
    lanes_[lane].about = {name};
    return lane;
}

bool LaneDrafts::is_shown(const LaneDraft& lane) const {
    return !lane.about.empty();
}

// 0 is the top. The first person is always on it, everybody else at the
// bottom.
int LaneDrafts::height(std::size_t lane) const {
    const LaneDraft& draft = lanes_[lane];
    bool is_first = draft.about == std::set{people_.front()};
    bool is_about_one =
        draft.about.size() == 1 && !draft.about.contains(kListener);
    if (draft.kind == LaneKind::person) return is_first ? 0 : 4;
    if (!is_about_one) return 2;
    return is_first ? 1 : 3;
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
    auto count = std::ranges::count_if(lanes_, [&](const LaneDraft& other) {
        return other.kind != LaneKind::person && is_shown(other);
    });
    if (count == 1) return "server";

    const char* kind = draft.kind == LaneKind::task ? "task" : "thread";
    if (draft.about.size() == 1 && !draft.about.contains(kListener)) {
        return *draft.about.begin() + "'s " + kind;
    }
    return (draft.kind == LaneKind::task ? "accept " : "main ") +
           std::string(kind);
}

}  // namespace tincan::tour
