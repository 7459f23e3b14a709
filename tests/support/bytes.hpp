// What tests send, and how they tell it from what came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tincan::test {

// `size` bytes without a pattern that a mistake could hide in: all values,
// NUL, CR and LF among them, the same ones every time for one `seed`.
std::string binary_bytes(std::size_t size, unsigned seed = 1);

// "12 bytes: 41 00 0a ..." or, if it is short and printable, "\"hello\\n\"".
std::string describe(std::string_view bytes);

// How often `part` stands in `text`.
std::size_t occurrences(std::string_view text, std::string_view part);

// Where `actual` first differs from `expected`, in words; empty if they are
// equal.
std::string difference(std::string_view expected, std::string_view actual);

}  // namespace tincan::test
