#include "tests/support/bytes.hpp"

#include "01-blocking/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <random>

namespace tincan::test {

namespace {

std::string hex(std::string_view bytes) {
    constexpr std::size_t kShown = 8;
    std::string text;
    for (char byte : bytes.substr(0, kShown)) {
        text += fmt::format("{}{:02x}", text.empty() ? "" : " ",
                            static_cast<unsigned char>(byte));
    }
    return text + (bytes.size() > kShown ? " ..." : "");
}

std::string from(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? hex(bytes.substr(at)) : "nothing";
}

bool is_short_text(std::string_view bytes) {
    return bytes.size() <= 60 && !bytes.empty() && is_utf8(bytes) &&
           std::ranges::all_of(bytes, [](char c) {
               return static_cast<unsigned char>(c) >= ' ' || c == '\n' ||
                      c == '\r';
           });
}

}  // namespace

std::string binary_bytes(std::size_t size, unsigned seed) {
    std::minstd_rand random(seed);
    std::string bytes(size, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random() >> 8);
    return bytes;
}

std::string describe(std::string_view bytes) {
    if (bytes.empty()) return "nothing";
    if (is_short_text(bytes)) return fmt::format("\"{}\"", printable(bytes));
    return fmt::format("{} byte{}: {}", bytes.size(),
                       bytes.size() == 1 ? "" : "s", hex(bytes));
}

std::size_t occurrences(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos;
         at = text.find(part, at + part.size()))
        ++found;
    return found;
}

std::string difference(std::string_view expected, std::string_view actual) {
    std::size_t at = static_cast<std::size_t>(
        std::ranges::mismatch(expected, actual).in1 - expected.begin());
    if (at == expected.size() && at == actual.size()) return "";
    return fmt::format("first different byte: number {}; expected {}, came {}",
                       at, from(expected, at), from(actual, at));
}

}  // namespace tincan::test
