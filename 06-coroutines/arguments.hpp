// What the programs of this stage take beside what all programs take.
#pragma once

#include "01-blocking/program.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace tincan {

// Takes --selector=select|poll|epoll out of `given`, wherever it stands; epoll
// if it isn't there. What else begins with -- is a usage error.
inline std::string selector_argument(Arguments& given) {
    constexpr std::string_view kOption = "--selector=";
    std::string selector = "epoll";
    std::erase_if(given, [&](const std::string& argument) {
        if (!argument.starts_with(kOption)) return false;
        selector = argument.substr(kOption.size());
        return true;
    });
    bool known =
        selector == "select" || selector == "poll" || selector == "epoll";
    bool others = std::ranges::any_of(given, [](const std::string& argument) {
        return argument.starts_with("--");
    });
    if (!known || others) {
        throw UsageError("[--selector=select|poll|epoll] [PORT [HOST]]");
    }
    return selector;
}

}  // namespace tincan
