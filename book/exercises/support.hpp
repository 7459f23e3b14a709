// What the tests of the exercises share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace tincan::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

// The program to test: the starter, the solution, or the reader's.
inline std::string exercise() {
    const char* path = std::getenv("TINCAN_EXERCISE");
    if (path == nullptr) {
        throw std::runtime_error(
            "TINCAN_EXERCISE must name the program to test");
    }
    return path;
}

inline Server start_exercise() {
    return Server::ours({exercise(), "{port}"});
}

// All that it prints with these arguments, once it has ended by itself. Throws
// std::runtime_error if it hasn't within five seconds.
inline std::string output_of_exercise(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), exercise());
    Process process(arguments);
    bool ended = process.wait_exit(Deadline(5s)).has_value();
    process.end();
    if (!ended) {
        throw std::runtime_error("it does not end; it printed:\n" +
                                 process.out());
    }
    EXPECT_EQ(process.err(), "");
    return process.out();
}

// Somebody of whom the server knows, where what one says all hear.
inline Client come(const Server& server, ClientOptions options = {}) {
    Client client(server.endpoint(), options);
    client.send("here\n");
    while (client.receive_line() != "here\n") {
    }
    return client;
}

// The memory that a process has of its own.
inline long kilobytes_of(pid_t process) {
    std::size_t bytes = anonymous_memory(process);
    if (bytes == 0) throw std::runtime_error("it is gone");
    return static_cast<long>(bytes / 1024);
}

}  // namespace tincan::test
