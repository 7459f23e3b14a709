// What the tests of the programs of stage 6 share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

namespace tincan::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

inline std::string stage_6(const std::string& program) {
    return TINCAN_BUILD_DIR "/06-coroutines/" + program;
}

// A suite that is run with --selector=select, poll and epoll.
class Programs : public testing::TestWithParam<const char*> {
protected:
    // The command, with the selector behind it.
    static Command with_selector(const std::string& program,
                                 Command arguments = {}) {
        arguments.insert(arguments.begin(), stage_6(program));
        arguments.push_back("--selector="s + GetParam());
        return arguments;
    }
    static Server start_server(const std::string& program,
                               Command arguments = {"{port}"}) {
        return Server::ours(with_selector(program, std::move(arguments)));
    }
};

inline const auto kEachSelector = testing::Values("select", "poll", "epoll");
inline std::string selector_name(
    const testing::TestParamInfo<const char*>& test) {
    return test.param;
}

inline void expect_exit(const Process& process, int code) {
    std::optional<Exit> exit = process.wait_exit(Deadline(kPatience));
    ASSERT_TRUE(exit) << "still runs";
    EXPECT_EQ(exit->signal, 0) << to_string(*exit);
    EXPECT_EQ(exit->code, code);
}

// All that a program prints that ends by itself, well.
inline std::string output_of(const Command& command) {
    Process process(command);
    expect_exit(process, 0);
    process.end();
    EXPECT_EQ(process.err(), "");
    return process.out();
}

inline void expect_usage(Command command) {
    command[0] = stage_6(command[0]);
    Process process(command);
    expect_exit(process, 2);
    process.end();
    EXPECT_TRUE(process.err().starts_with("usage: ")) << process.err();
}

}  // namespace tincan::test
