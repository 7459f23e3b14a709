// Text that is pasted, from the keys between the terminal's two marks.
#pragma once

#include "06-coroutines/keys.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tincan::chat {

// More than so many lines are sent only after a question: it was perhaps the
// wrong window.
inline constexpr std::size_t kLinesUnasked = 5;

inline constexpr std::size_t kLongestPaste = 64 * 1024;  // bytes

// Enter ends a line here as everywhere, but sends nothing; whatever else is no
// text does nothing at all.
class Paste {
public:
    void take(const Key& key);

    // The last of them has no end yet: it goes on with what is typed. Empty
    // ones count for nothing.
    const std::vector<std::string>& lines() const { return lines_; }
    std::size_t to_send() const {
        return lines_.size() - (lines_.back().empty() ? 1 : 0);
    }
    // There was more than anybody can have meant, and it was not kept.
    bool too_long() const { return too_long_; }

private:
    std::vector<std::string> lines_{std::string()};
    std::size_t size_ = 0;
    bool too_long_ = false;
};

}  // namespace tincan::chat
