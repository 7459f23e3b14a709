#include "07-chat/layout.hpp"

#include "07-chat/graphemes.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tincan::chat {

namespace {

struct InputRow {
    std::string text;
    int cursor;  // column
};

// The prompt and the part of the line around the cursor, which is always on
// the screen, and so is the character that it stands on.
InputRow input_row(std::string_view prompt, const LineEditor& line, int width) {
    if (columns(prompt) > width / 2) prompt = "";
    int room = width - columns(prompt);

    std::string before = visible_text(line.before_cursor());
    std::string behind = visible_text(line.behind_cursor());
    int under_cursor =
        behind.empty() ? 1 : std::max(1, graphemes(behind).front().columns);
    std::string_view left =
        fitting_end(before, std::max(0, room - under_cursor));
    room -= columns(left);
    std::string text(prompt);
    text += left;
    text += fitting(behind, room);
    return {std::move(text), std::min(width - room, width - 1)};
}

InputRow question_row(std::string_view question, int width) {
    std::string text(fitting(question, width));
    int end = columns(text);
    return {std::move(text), std::min(end, width - 1)};
}

bool has_status_bar(Size screen) {
    return screen.rows > 2;
}

}  // namespace

// #region lay_out
Size message_area(Size screen) {
    return {screen.rows - (has_status_bar(screen) ? 2 : 1), screen.columns};
}

Picture lay_out(const Content& content, Size size) {
    Picture picture{content.talk.rows(message_area(size)), size.rows - 1, 0};
    picture.rows.resize(static_cast<std::size_t>(message_area(size).rows));
    if (has_status_bar(size)) {
        Span bar{status_bar(content.status, size.columns), Tone::bar};
        picture.rows.push_back({std::move(bar)});
    }
    InputRow input =
        content.line == nullptr
            ? question_row(content.prompt, size.columns)
            : input_row(content.prompt, *content.line, size.columns);
    picture.rows.push_back({Span{std::move(input.text)}});
    picture.cursor_column = input.cursor;
    return picture;
}
// #endregion lay_out

}  // namespace tincan::chat
