// What stands where on the screen, for any content and any size of it.
#pragma once

#include "07-chat/line_editor.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

struct Size {
    int rows;
    int columns;

    bool operator==(const Size&) const = default;
};

// Borrowed from the client for as long as it takes to draw it.
struct Content {
    const std::deque<std::string>& messages;  // visible_text, the oldest first
    std::string_view status;
    std::string_view prompt;
    const LineEditor& line;
};

// Row by row what is to be drawn, none of them wider than the screen.
struct Picture {
    std::vector<std::string> rows;
    int status_row;  // to be shown inverted; -1: there is no room for it
    int cursor_row;
    int cursor_column;
};

// Messages from the top until there are too many, then the last of them; below
// them the status bar and, on the last row, the line being typed.
Picture lay_out(const Content& content, Size size);

// `text` cut into rows of at most `width` columns, between words if it can be.
std::vector<std::string_view> wrap(std::string_view text, int width);

}  // namespace tincan::chat
