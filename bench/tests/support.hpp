// What the tests of both load generators share.
#pragma once

#include "bench/tests/wrong_server.hpp"
#include "tests/support/client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tincan::bench {

using namespace std::chrono_literals;
using test::Deadline;
using test::Process;
using test::Server;

inline const std::string kBuild = TINCAN_BUILD_DIR;

// Then all that the program has printed can be read.
inline void expect_exit(Process& program, int code) {
    auto exit = program.wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << test::to_string(program.command()) << " still runs";
    program.end();
    EXPECT_EQ(exit->code, code) << test::to_string(program.command()) << '\n'
                                << program.err();
}

// Given any of these arguments, a program of bench says how it is used.
inline void expect_usage(const std::string& program,
                         const std::vector<test::Command>& wrong) {
    const std::string path = kBuild + "/bench/" + program;
    const std::string usage = "usage: " + program + " HOST PORT";
    for (test::Command command : wrong) {
        command.insert(command.begin(), path);
        Process process(command);
        expect_exit(process, 2);
        EXPECT_TRUE(process.err().starts_with(usage)) << process.err();
    }
}

}  // namespace tincan::bench
