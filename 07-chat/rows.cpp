#include "07-chat/rows.hpp"

#include "07-chat/graphemes.hpp"

#include <algorithm>
#include <cstddef>

namespace tincan::chat {

std::string text_of(const Row& row) {
    std::string text;
    for (const Span& span : row)
        text += span.text;
    return text;
}

std::string_view fitting(std::string_view text, int width) {
    std::size_t end = 0;
    for (const Grapheme& grapheme : graphemes(text)) {
        width -= grapheme.columns;
        if (width < 0) break;
        end += grapheme.bytes.size();
    }
    return text.substr(0, end);
}

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

}  // namespace tincan::chat
