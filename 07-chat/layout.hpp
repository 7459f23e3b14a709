// What stands where on the screen, for any content and any size of it.
#pragma once

#include "07-chat/line_editor.hpp"
#include "07-chat/rows.hpp"
#include "07-chat/scrollback.hpp"
#include "07-chat/status.hpp"

#include <string_view>
#include <vector>

namespace tincan::chat {

// Borrowed from the client for as long as it takes to draw it.
struct Content {
    Scrollback& talk;
    const Status& status;
    std::string_view prompt;
    const LineEditor* line;  // behind the prompt; null: nothing can be typed
};

// Row by row what is to be drawn, none of them wider than the screen.
struct Picture {
    std::vector<Row> rows;
    int cursor_row;
    int cursor_column;
};

// Messages from the top until there are too many, then the last of them; below
// them the status bar and, on the last row, the line being typed.
Picture lay_out(const Content& content, Size size);

// The part of a screen that messages have.
Size message_area(Size screen);

}  // namespace tincan::chat
