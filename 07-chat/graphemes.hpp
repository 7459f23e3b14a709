// What a reader takes for one character, and how many columns it fills.
//
// Columns are counted by wcwidth(3), as ncurses counts them; so the locale
// must be one with UTF-8 before anything here is called.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

// Part of the text it was found in: a letter with its accents, an emoji of
// several code points, a flag.
struct Grapheme {
    std::string_view bytes;
    int columns;
};

// `text` must be UTF-8.
std::vector<Grapheme> graphemes(std::string_view text);

int columns(std::string_view text);

// A stranger's bytes as they may be drawn: what would drive the terminal, is
// not UTF-8, or would lie invisibly on its neighbour becomes U+FFFD; TAB
// becomes a space. printable(), of stage 1, spells such bytes out: that is for
// logs, this for people who talk.
std::string visible_text(std::string_view bytes);

}  // namespace tincan::chat
