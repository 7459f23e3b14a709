// What Tab makes of the beginning of a name.
#pragma once

#include "07-chat/line_editor.hpp"
#include "07-chat/people.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tincan::chat {

// #region completion
// The first Tab completes the word before the cursor to a name, each further
// one takes the next name that begins like it, and then the word as it was
// typed, again. At the beginning of the line a colon follows: that is how one
// speaks to somebody.
class Completion {
public:
    void next(LineEditor& line, const People& people);
    // Another key was pressed: the next Tab begins afresh.
    void stop() { choices_.clear(); }

private:
    void begin(const LineEditor& line, const People& people);

    std::vector<std::string> choices_;  // the last one is what was typed
    std::size_t chosen_ = 0;
};
// #endregion completion

}  // namespace tincan::chat
