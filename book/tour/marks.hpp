// Where within a beat things are drawn. What people do, and where arrows end,
// stands side by side; all that happens in between needs no place of its own.
#pragma once

#include "book/tour/timeline.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace tincan::tour {

class Marks {
public:
    explicit Marks(const Timeline& timeline) {
        for (const Deed& deed : timeline.deeds) {
            add(deed.at);
        }
        for (const Arrow& arrow : timeline.arrows) {
            add(arrow.to);
        }
    }

    // How many marks the beat of `moment` has.
    int count(Moment moment) const {
        auto found = ranks_.find(moment.beat);
        return found == ranks_.end() ? 0
                                     : static_cast<int>(found->second.size());
    }

    // 0 for the first mark of a beat, 1 for the second; 0.5 for what comes
    // between them.
    double place(Moment moment) const {
        auto found = ranks_.find(moment.beat);
        if (found == ranks_.end()) return 0;
        const std::set<int>& ranks = found->second;
        auto before =
            std::distance(ranks.begin(), ranks.upper_bound(moment.rank));
        return std::max(static_cast<double>(before) -
                            (ranks.contains(moment.rank) ? 1 : 0.5),
                        0.0);
    }

private:
    void add(Moment moment) { ranks_[moment.beat].insert(moment.rank); }

    std::map<int, std::set<int>> ranks_;  // by beat
};

}  // namespace tincan::tour
