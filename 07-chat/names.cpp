#include "07-chat/names.hpp"

#include "01-blocking/text.hpp"

#include <utf8proc.h>

#include <cstdlib>

namespace tincan::chat {

namespace {

// Accents and vowel signs are characters of their own in many scripts. Three
// in a row are more than any of them needs; a pile of them would cover other
// people's lines.
constexpr int kMarksInARow = 3;

constexpr int kNormalFormC = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

// What utf8proc makes of `text`, which is UTF-8, by UTF8PROC_… options.
std::optional<std::string> mapped(std::string_view text, int options) {
    utf8proc_uint8_t* result = nullptr;
    utf8proc_ssize_t size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &result,
                     static_cast<utf8proc_option_t>(options));
    if (size < 0) return std::nullopt;
    std::string copy(reinterpret_cast<const char*>(result),
                     static_cast<std::size_t>(size));
    std::free(result);
    return copy;
}

enum class Letter { letter, mark, other, forbidden };

Letter kind_of(char32_t c) {
    auto code = static_cast<utf8proc_int32_t>(c);
    // Some letters are invisible, Hangul's fillers for instance.
    if (utf8proc_get_property(code)->ignorable) return Letter::forbidden;
    switch (utf8proc_category(code)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return Letter::letter;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
            return Letter::mark;
        case UTF8PROC_CATEGORY_ND:
            return Letter::other;
        default:
            return c == '_' || c == '-' ? Letter::other : Letter::forbidden;
    }
}

// `text` is UTF-8 in normal form C.
bool is_allowed(std::string_view text) {
    std::size_t length = 0;
    int marks = 0;
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        Letter kind = kind_of(point.value);
        marks = kind == Letter::mark ? marks + 1 : 0;
        if (kind == Letter::forbidden || marks > kMarksInARow ||
            (length == 0 && kind != Letter::letter) ||
            ++length > kLongestName) {
            return false;
        }
        text.remove_prefix(point.size);
    }
    return length > 0;
}

}  // namespace

std::optional<Name> parse_name(std::string_view text) {
    if (!is_utf8(text)) return std::nullopt;
    std::optional<std::string> shown = mapped(text, kNormalFormC);
    if (!shown || !is_allowed(*shown)) return std::nullopt;
    std::optional<std::string> key = fold_case(*shown);
    if (!key || *key == "server") return std::nullopt;
    return Name{*shown, *key};
}

std::optional<std::string> fold_case(std::string_view text) {
    if (!is_utf8(text)) return std::nullopt;
    return mapped(text, kNormalFormC | UTF8PROC_CASEFOLD);
}

}  // namespace tincan::chat
