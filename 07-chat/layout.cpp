#include "07-chat/layout.hpp"

#include "07-chat/graphemes.hpp"

#include <algorithm>
#include <utility>

namespace tincan::chat {

namespace {

// The longest beginning of `text` that is not wider than `width`.
std::string_view fitting(std::string_view text, int width) {
    std::size_t end = 0;
    for (const Grapheme& grapheme : graphemes(text)) {
        width -= grapheme.columns;
        if (width < 0) break;
        end += grapheme.bytes.size();
    }
    return text.substr(0, end);
}

// The same, filled up with spaces.
std::string filled(std::string_view text, int width) {
    std::string row(fitting(text, width));
    row.append(static_cast<std::size_t>(std::max(0, width - columns(row))),
               ' ');
    return row;
}

// The longest end of `text` that is not wider than `width`.
std::string_view fitting_end(std::string_view text, int width) {
    std::vector<Grapheme> all = graphemes(text);
    std::ranges::reverse(all);
    std::size_t begin = text.size();
    for (const Grapheme& grapheme : all) {
        width -= grapheme.columns;
        if (width < 0) break;
        begin -= grapheme.bytes.size();
    }
    return text.substr(begin);
}

// The last messages, as many of them as go into `height` rows.
std::vector<std::string> last_rows(const std::deque<std::string>& messages,
                                   Size size) {
    auto height = static_cast<std::size_t>(size.rows);
    std::vector<std::string> rows;  // the last one first
    for (auto at = messages.rbegin();
         at != messages.rend() && rows.size() < height; ++at) {
        std::vector<std::string_view> parts = wrap(*at, size.columns);
        std::ranges::reverse(parts);
        for (std::string_view part : parts) {
            rows.emplace_back(fitting(part, size.columns));
        }
    }
    rows.resize(std::min(rows.size(), height));
    std::ranges::reverse(rows);
    rows.resize(height);
    return rows;
}

struct InputRow {
    std::string text;
    int cursor;  // column
};

// The prompt and the part of the line around the cursor, which is always on
// the screen, and so is the character that it stands on.
InputRow input_row(const Content& content, int width) {
    std::string_view prompt = content.prompt;
    if (columns(prompt) > width / 2) prompt = "";
    int room = width - columns(prompt);

    std::string before = visible_text(content.line.before_cursor());
    std::string behind = visible_text(content.line.behind_cursor());
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

}  // namespace

// #region wrap
std::vector<std::string_view> wrap(std::string_view text, int width) {
    std::vector<std::string_view> rows;
    std::size_t begin = 0;      // of the row
    std::size_t next_word = 0;  // where the row may be cut
    std::size_t at = 0;
    int used = 0;
    for (const Grapheme& grapheme : graphemes(text)) {
        bool space = grapheme.bytes == " ";
        while (used + grapheme.columns > width && !space && at > begin) {
            std::size_t end = next_word > begin ? next_word : at;
            rows.push_back(text.substr(begin, end - begin));
            begin = end;
            used = columns(text.substr(begin, at - begin));
        }
        // A space that doesn't fit hangs over the edge, unseen.
        at += grapheme.bytes.size();
        used += grapheme.columns;
        if (space) next_word = at;
    }
    rows.push_back(text.substr(begin));
    return rows;
}
// #endregion wrap

// #region lay_out
Picture lay_out(const Content& content, Size size) {
    InputRow input = input_row(content, size.columns);
    bool with_status = size.rows > 2;
    int below = with_status ? 2 : 1;
    Picture picture{
        last_rows(content.messages, {size.rows - below, size.columns}), -1,
        size.rows - 1, input.cursor};
    if (with_status) {
        picture.status_row = size.rows - 2;
        picture.rows.push_back(filled(content.status, size.columns));
    }
    picture.rows.push_back(std::move(input.text));
    return picture;
}
// #endregion lay_out

}  // namespace tincan::chat
