// What the tests of the exercises share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

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

}  // namespace tincan::test
