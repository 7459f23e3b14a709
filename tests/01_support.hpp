// What the tests of stage 1 share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace tincan::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

inline std::string stage_1(const std::string& program) {
    return TINCAN_BUILD_DIR "/01-blocking/" + program;
}

inline Server start(const std::string& program) {
    return Server::ours({stage_1(program), "{port}"});
}

// All that a program has said, once it has ended with this status.
inline std::string output_at_end(Process& process, int status = 0) {
    std::optional<Exit> exit = process.wait_exit(Deadline(kPatience));
    EXPECT_TRUE(exit) << "still runs";
    process.end();
    EXPECT_EQ(exit.value_or(Exit{}).code, status) << process.err();
    return process.out();
}

// "127.0.0.1:53412", as a server knows this client.
inline std::string name_of(const Client& client) {
    return "127.0.0.1:" + std::to_string(client.port());
}

inline void expect_line(const Server& server, const std::string& line) {
    EXPECT_EQ(server.process().wait_for_line(line, Deadline(kPatience)), line);
}

}  // namespace tincan::test
