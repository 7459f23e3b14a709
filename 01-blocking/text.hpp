// Bytes from strangers: are they text, and how to show them safely.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tincan {

// True of a byte 10xxxxxx: it only continues a character.
inline bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// One code point of UTF-8 at the front of some bytes. `size` is 0 if there is
// none: a byte that begins nothing, a sequence cut short, a longer form than
// needed, a surrogate half, or more than U+10FFFF.
struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;
};

inline CodePoint decode_utf8(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto byte = [&](std::size_t i) -> unsigned {
        return static_cast<unsigned char>(bytes[i]);
    };
    unsigned first = byte(0);
    if (first < 0x80) return {first, 1};

    std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || bytes.size() < size) return {};
    char32_t value = first & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if (!continues_character(bytes[i])) return {};
        value = value << 6 | (byte(i) & 0x3f);
    }
    bool overlong =
        (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (overlong || surrogate || value > 0x10ffff) return {};
    return {value, size};
}

// True if all of `bytes` is well-formed UTF-8.
inline bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        CodePoint point = decode_utf8(bytes);
        if (point.size == 0) return false;
        bytes.remove_prefix(point.size);
    }
    return true;
}

// C0, DEL and C1 drive a terminal; the bidirectional overrides and isolates
// make text read as something other than what it says; and U+2028 and U+2029
// end a line for who goes by Unicode, as Python's splitlines does.
inline bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0x200e || c == 0x200f || c == 0x061c;
}

// `bytes` as they may be shown on a terminal whoever sent them: text stays as
// it is, all else is spelled out as in a C string ("\r\n", "\x1b", "\u202e").
inline std::string printable(std::string_view bytes) {
    std::string shown;
    while (!bytes.empty()) {
        CodePoint point = decode_utf8(bytes);
        if (point.size == 0) {
            shown +=
                fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
            point.size = 1;
        } else if (point.value == '\n') {
            shown += "\\n";
        } else if (point.value == '\r') {
            shown += "\\r";
        } else if (point.value == '\t') {
            shown += "\\t";
        } else if (point.value == '\\') {
            shown += "\\\\";
        } else if (point.value < 0x80 && is_control(point.value)) {
            shown += fmt::format("\\x{:02x}", unsigned(point.value));
        } else if (is_control(point.value)) {
            shown += fmt::format("\\u{:04x}", unsigned(point.value));
        } else {
            shown += bytes.substr(0, point.size);
        }
        bytes.remove_prefix(point.size);
    }
    return shown;
}

}  // namespace tincan
