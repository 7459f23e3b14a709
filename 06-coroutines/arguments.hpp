// What the programs of this stage take beside what all programs take, and how
// they take a line or a number apart.
#pragma once

#include "01-blocking/program.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace tincan {

inline constexpr const char* kSelectorSynopsis =
    "[--selector=select|poll|epoll]";
inline constexpr const char* kServerSynopsis =
    "[--selector=select|poll|epoll] [PORT [HOST]]";

inline bool is_option(const std::string& argument) {
    return argument.starts_with("--");
}

// Takes NAME=VALUE, or NAME VALUE, out of `given`, wherever it stands; nothing
// if it isn't there.
inline std::optional<std::string> take_option(Arguments& given,
                                              std::string_view name) {
    for (auto at = given.begin(); at != given.end(); ++at) {
        if (!at->starts_with(name)) continue;
        std::string value = at->substr(name.size());
        if (value.starts_with('=')) {
            given.erase(at);
            return value.substr(1);
        }
        if (value.empty() && std::next(at) != given.end()) {
            value = *std::next(at);
            given.erase(at, at + 2);
            return value;
        }
    }
    return std::nullopt;
}

// Takes --selector=NAME; epoll if it isn't there. Any other option that is
// left is a usage error, which shows `synopsis`.
inline std::string selector_argument(Arguments& given,
                                     const char* synopsis = kServerSynopsis) {
    std::string name = take_option(given, "--selector").value_or("epoll");
    bool known = name == "select" || name == "poll" || name == "epoll";
    if (!known || std::ranges::any_of(given, is_option)) {
        throw UsageError(synopsis);
    }
    return name;
}

// The same for programs that take nothing else.
inline std::string only_selector_argument(Arguments given) {
    std::string name = selector_argument(given, kSelectorSynopsis);
    if (!given.empty()) throw UsageError(kSelectorSynopsis);
    return name;
}

// "boom" of "boom\r\n" and "boom\n".
inline std::string_view without_line_end(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// All of `text` as a number, nothing if it is anything else.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

}  // namespace tincan
