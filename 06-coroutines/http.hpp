// What the programs that ask a web server for its first page have in common.
#pragma once

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tincan {

inline constexpr const char* kHttpSynopsis =
    "[--selector=select|poll|epoll] HOST [PORT]";

// PROGRAM HOST [PORT]
inline Endpoint http_arguments(const Arguments& given) {
    if (given.empty()) throw UsageError(kHttpSynopsis);
    return client_arguments(given, "80", kHttpSynopsis);
}

// Asks for the first page. With "close" the server ends its answer as this
// program understands it: by ending the connection.
inline std::string get_request(std::string_view host) {
    return fmt::format(
        "GET / HTTP/1.1\r\n"
        "Connection: close\r\n"
        "Host: {}\r\n\r\n",
        host);
}

// Throws std::runtime_error for an answer of a size that nobody would read.
inline void check_length(std::size_t bytes) {
    constexpr std::size_t kLongest = 16 << 20;
    if (bytes > kLongest) {
        throw std::runtime_error(
            fmt::format("the answer is longer than {} bytes", kLongest));
    }
}

// One line of an answer, as it may be shown on a terminal.
inline void print_response_line(std::string_view line) {
    print_line("{}", printable(without_line_end(line)));
}

inline void print_response(std::string_view response) {
    while (!response.empty()) {
        std::size_t end = response.find('\n');
        std::size_t size = end == response.npos ? response.size() : end + 1;
        print_response_line(response.substr(0, size));
        response.remove_prefix(size);
    }
}

}  // namespace tincan
