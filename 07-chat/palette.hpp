// A colour for each name: the same one every day, on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tincan::chat {

// #region palette
// Of the 256 colours that most terminals have; each can be read on black and
// on white, with a contrast of at least 4 to 1.
inline constexpr std::array<short, 12> kNameColours{
    27, 28, 30, 31, 63, 64, 98, 130, 131, 133, 161, 164};
// Of the 8 that the others have: neither black nor white, nor the blue and
// the yellow that one can't read on one of them.
inline constexpr std::array<short, 4> kFewNameColours{1, 2, 5, 6};

// A number to choose one of them by: FNV-1a, which needs no library.
constexpr std::uint32_t colour_number(std::string_view name) {
    std::uint32_t hash = 2166136261U;
    for (char c : name) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 16777619U;
    }
    return hash ^ (hash >> 16);
}
// #endregion palette

}  // namespace tincan::chat
