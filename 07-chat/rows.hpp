// What the rows of a screen are made of, and how text is cut to fit into them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

struct Size {
    int rows;
    int columns;

    bool operator==(const Size&) const = default;
};

// What a piece of text is; how that looks is the screen's affair.
enum class Tone {
    plain,
    quiet,  // worth a glance: times, who comes and goes
    alert,  // went wrong
    name,   // of somebody, in that somebody's colour
    bar,    // the status bar
};

struct Span {
    std::string text;
    Tone tone = Tone::plain;
    std::uint32_t colour = 0;  // of a name: see palette.hpp

    bool operator==(const Span&) const = default;
};
using Row = std::vector<Span>;

std::string text_of(const Row& row);

// The longest beginning of `text` that is not wider than `width`; the longest
// end.
std::string_view fitting(std::string_view text, int width);
std::string_view fitting_end(std::string_view text, int width);

// `text` cut into rows of at most `width` columns, between words if it can be.
std::vector<std::string_view> wrap(std::string_view text, int width);

}  // namespace tincan::chat
