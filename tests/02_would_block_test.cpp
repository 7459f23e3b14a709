#include "tests/support/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace tincan::test;

namespace {

const std::string kProgram =
    std::string(TINCAN_BUILD_DIR) + "/02-nonblocking-busy/would_block";

TEST(WouldBlock, AcceptFailsAtOnceWithEagainAndTheProgramSaysWhatThatMeans) {
    Process program({kProgram, "0"});
    std::optional<Exit> exit = program.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit) << "it waits";
    EXPECT_EQ(exit->code, 1);
    program.wait_for_line("listening on 127.0.0.1:", Deadline(5s));
    program.wait_for_line("EAGAIN", Deadline(5s));
    program.end();
    EXPECT_EQ(program.err(),
              "would_block: accept: Resource temporarily unavailable\n");
}

}  // namespace
