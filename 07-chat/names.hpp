// Which names people may have, and when two names are the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::chat {

inline constexpr std::size_t kLongestName = 20;  // code points

struct Name {
    std::string shown;  // as its owner wrote it, in Unicode's normal form C
    std::string key;    // case-folded: two users may not have the same one
};

// 1 to 20 letters and digits of any script, `_` and `-`, a letter first.
// Nothing if `text` isn't that, or is the name in which the server speaks.
std::optional<Name> parse_name(std::string_view text);

// The same for any text: two that differ in case only become the same. Nothing
// if it isn't UTF-8.
std::optional<std::string> fold_case(std::string_view text);

}  // namespace tincan::chat
