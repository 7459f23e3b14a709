// What the tests of stage 3 share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>

#include <string>

namespace tincan::test {

using namespace std::chrono_literals;

inline std::string stage_3(const std::string& program) {
    return TINCAN_BUILD_DIR "/03-select/" + program;
}

// Runs a program of stage 3 whose first own descriptor is `first`: all below
// it are open already.
inline Command with_first_descriptor(int first, const std::string& program,
                                     const std::string& port) {
    const std::string fill =
        "for ((fd = 3; fd < $1; ++fd)); do eval \"exec $fd</dev/null\"; done; "
        "exec \"${@:2}\"";
    return {"bash",           "-c", fill, "bash", std::to_string(first),
            stage_3(program), port};
}

// Room for some descriptors that don't fit into a set.
inline ProcessOptions many_descriptors() {
    return {.limits = {{RLIMIT_NOFILE, rlimit{2048, 2048}}}};
}

}  // namespace tincan::test
