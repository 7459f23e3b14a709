#include "07-chat/graphemes.hpp"

#include "01-blocking/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cwchar>

namespace tincan::chat {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// More code points than any emoji has; a pile of accents would cover the
// lines above and below.
constexpr int kLongestGrapheme = 10;

// -1: the locale knows no character of this number.
int width_of(char32_t c) {
    return ::wcwidth(static_cast<wchar_t>(c));
}

std::string without_controls(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        CodePoint point = decode_utf8(bytes);
        if (point.size == 0) {
            text += kReplacement;
            point.size = 1;
        } else if (point.value == '\t') {
            text += ' ';
        } else if (is_control(point.value) || width_of(point.value) < 0) {
            text += kReplacement;
        } else {
            text += bytes.substr(0, point.size);
        }
        bytes.remove_prefix(point.size);
    }
    return text;
}

// The first few code points of a grapheme.
std::string_view front_of(std::string_view grapheme) {
    std::size_t end = 0;
    for (int i = 0; i < kLongestGrapheme && end < grapheme.size(); ++i) {
        end += decode_utf8(grapheme.substr(end)).size;
    }
    return grapheme.substr(0, end);
}

}  // namespace

std::vector<Grapheme> graphemes(std::string_view text) {
    std::vector<Grapheme> found;
    utf8proc_int32_t state = 0;
    utf8proc_int32_t before = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        CodePoint point = decode_utf8(text.substr(at));
        auto code = static_cast<utf8proc_int32_t>(point.value);
        if (at == 0 || utf8proc_grapheme_break_stateful(before, code, &state)) {
            begin = at;
            found.push_back({{}, 0});
        }
        at += point.size;
        found.back().bytes = text.substr(begin, at - begin);
        found.back().columns += std::max(0, width_of(point.value));
        before = code;
    }
    return found;
}

int columns(std::string_view text) {
    int sum = 0;
    for (const Grapheme& grapheme : graphemes(text))
        sum += grapheme.columns;
    return sum;
}

std::string visible_text(std::string_view bytes) {
    std::string clean = without_controls(bytes);
    std::string text;
    for (const Grapheme& grapheme : graphemes(clean)) {
        text += grapheme.columns == 0 ? kReplacement : front_of(grapheme.bytes);
    }
    return text;
}

}  // namespace tincan::chat
