// The lines that were entered before, for the arrow keys.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tincan::chat {

class History {
public:
    explicit History(std::size_t longest) : longest_(longest) {}

    // What is entered twice in a row is kept once. The next step back begins
    // from here.
    void add(std::string_view line) {
        if (lines_.empty() || lines_.back() != line) lines_.emplace_back(line);
        if (lines_.size() > longest_) lines_.pop_front();
        shown_ = lines_.size();
    }

    // One step back; nothing at the oldest. `line` is the one being typed: it
    // comes back where the last step forward ends.
    std::optional<std::string> older(std::string_view line) {
        if (shown_ == 0) return std::nullopt;
        if (shown_ == lines_.size()) draft_ = line;
        return lines_[--shown_];
    }
    std::optional<std::string> newer() {
        if (shown_ == lines_.size()) return std::nullopt;
        ++shown_;
        return shown_ == lines_.size() ? std::exchange(draft_, {})
                                       : lines_[shown_];
    }

private:
    std::size_t longest_;
    std::deque<std::string> lines_;
    std::size_t shown_ = 0;  // which of them is in the editor; size(): none
    std::string draft_;
};

}  // namespace tincan::chat
