// What all programs do alike: read their arguments, say what happens, and end
// with a clear line when they can't go on.
#pragma once

#include "01-blocking/connection.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tincan {

// Prints a line on stdout at once, also into a pipe or a file.
template <typename... Args>
void print_line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print("{}\n", fmt::format(format, std::forward<Args>(args)...));
    std::fflush(stdout);
}

// The same for what is only worth reading, not measuring: nothing is printed
// if QUIET is set in the environment.
template <typename... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    static const bool quiet = std::getenv("QUIET") != nullptr;
    if (!quiet) print_line(format, std::forward<Args>(args)...);
}

// What the user typed behind the program's name.
using Arguments = std::vector<std::string>;

// Thrown for wrong arguments; what() is how to call the program.
class UsageError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Decimal digits for a port, 0 to 65535?
inline bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text,
                               [](char c) { return c >= '0' && c <= '9'; }) &&
           std::stoi(std::string(text)) <= 65535;
}

// PROGRAM [PORT [HOST]], as all servers take it; `synopsis` is what the usage
// line shows when a program takes more than that.
inline Endpoint server_arguments(const Arguments& given,
                                 const char* default_port,
                                 const char* synopsis = "[PORT [HOST]]") {
    Endpoint endpoint{.host = given.size() > 1 ? given[1] : "127.0.0.1",
                      .port = given.empty() ? default_port : given[0]};
    if (given.size() > 2 || !is_port(endpoint.port)) {
        throw UsageError(
            fmt::format("{}   (default: {} 127.0.0.1; port 0: the system "
                        "chooses)",
                        synopsis, default_port));
    }
    return endpoint;
}

// PROGRAM [HOST [PORT]], as all clients take it.
inline Endpoint client_arguments(const Arguments& given,
                                 const char* default_port,
                                 const char* synopsis = "[HOST [PORT]]") {
    Endpoint endpoint{.host = given.empty() ? "127.0.0.1" : given[0],
                      .port = given.size() > 1 ? given[1] : default_port};
    if (given.size() > 2 || !is_port(endpoint.port)) {
        throw UsageError(fmt::format("{}   (default: 127.0.0.1 {})", synopsis,
                                     default_port));
    }
    return endpoint;
}

// Listens, and says where: with port 0 only this line tells.
inline Socket announce_listener(const Endpoint& endpoint) {
    Socket listener = listen_on(endpoint);
    print_line("listening on {}", to_string(local_address(listener)));
    return listener;
}

// Whoever starts us may have closed stdin, stdout or stderr. The first sockets
// would take their numbers, and a client would be sent what we print: so
// /dev/null takes them. open(2) gives the lowest number that is free.
inline void fill_standard_descriptors() {
    int fd = -1;
    do {
        fd = check(::open("/dev/null", O_RDWR), "open /dev/null");
    } while (fd <= STDERR_FILENO);
    ::close(fd);
}

// The rest of main: calls `body` with the arguments and turns what it throws
// into one line on stderr and the exit status, 2 for wrong arguments and 1 for
// all else.
template <typename Body>
int run_program(int argc, char** argv, Body body) {
    std::string_view name(argv[0]);
    name.remove_prefix(name.find_last_of('/') + 1);
    try {
        fill_standard_descriptors();
        body(Arguments(argv + 1, argv + argc));
        return 0;
    } catch (const UsageError& usage) {
        fmt::print(stderr, "usage: {} {}\n", name, usage.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return 1;
    }
}

}  // namespace tincan
