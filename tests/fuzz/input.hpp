// What a fuzz target makes of its bytes, and how it says what is wrong.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Each NAME_fuzz.cpp defines this: tries one input, and calls `fail` if the
// code under test is wrong. libFuzzer's name and signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace tincan::fuzz {

// libFuzzer keeps the input that aborts.
[[noreturn]] inline void fail(std::string_view what) {
    fmt::print(stderr, "{}\n", what);
    std::abort();
}
inline void expect(bool right, std::string_view what) {
    if (!right) fail(what);
}

// The first bytes of an input choose how, the rest is what is tried.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    // 0 ... below - 1; 0 if there are no more bytes.
    std::size_t choose(std::size_t below) {
        if (rest_.empty()) return 0;
        std::size_t byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return byte % below;
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

// `text` in pieces of 1 to 8 bytes, a different cut for each `seed`; in one if
// that is 0.
inline std::vector<std::string_view> cut(std::string_view text,
                                         std::size_t seed) {
    if (seed == 0) return {text};
    std::vector<std::string_view> pieces;
    for (std::size_t i = seed; !text.empty(); i = i * 5 + 3) {
        pieces.push_back(text.substr(0, i / 4 % 8 + 1));
        text.remove_prefix(pieces.back().size());
    }
    return pieces;
}

}  // namespace tincan::fuzz
