// What the programs of this stage take beside what all programs take.
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

// Takes --selector=NAME (or --selector NAME) out of `given`, wherever it
// stands; epoll if it isn't there. Any other option is a usage error, which
// shows `synopsis`.
inline std::string selector_argument(Arguments& given,
                                     const char* synopsis = kServerSynopsis) {
    constexpr std::string_view kOption = "--selector";
    auto is_option = [](const std::string& argument) {
        return argument.starts_with("--");
    };
    std::string name = "epoll";
    auto option = std::ranges::find_if(given, is_option);
    if (option != given.end() && option->starts_with(kOption)) {
        if (option->substr(kOption.size()).starts_with('=')) {
            name = option->substr(kOption.size() + 1);
            given.erase(option);
        } else if (*option == kOption && std::next(option) != given.end()) {
            name = *std::next(option);
            given.erase(option, option + 2);
        }
    }
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
