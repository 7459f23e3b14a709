// Keys from stdin, as they are pressed.
#pragma once

#include "06-coroutines/keys.hpp"
#include "06-coroutines/tincan/stdin.hpp"
#include "06-coroutines/tincan/timeout.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tincan {

// The bytes of one key come within this; an ESC that stays alone is a key.
inline constexpr Duration kOneKey = std::chrono::milliseconds(50);

// #region next_keys
// Some keys, perhaps none; nothing at the end of input. `input` and `decoder`
// must stay.
inline Coro<std::optional<std::vector<Key>>> next_keys(StreamReader& input,
                                                       KeyDecoder& decoder) {
    std::string_view bytes;
    if (!decoder.in_doubt()) {
        bytes = co_await input.read();
    } else {
        try {
            bytes = co_await wait_for(input.read(), kOneKey);
        } catch (const TimeoutError&) {
            co_return decoder.settle();
        }
    }
    if (bytes.empty()) co_return std::nullopt;
    co_return decoder.feed(bytes);
}
// #endregion next_keys

}  // namespace tincan
