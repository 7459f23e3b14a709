// One line of the conversation, and the rows of a screen that it fills.
#pragma once

#include "07-chat/rows.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tincan::chat {

struct Message {
    std::string time{};  // "14:05"; "" if it isn't known
    std::string text{};  // visible_text
    Tone tone = Tone::plain;
    // The part of the text that is a name.
    std::size_t name_at = 0;
    std::size_t name_size = 0;
};

// At least one. On a screen that is wide enough the time stands in a column of
// its own, beside all of them.
std::vector<Row> rows_of(const Message& message, int columns);

}  // namespace tincan::chat
