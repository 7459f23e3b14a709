// `contract --check` with everything that can be wrong about the server or the
// command: one clear line, exit status 1 or 2, nothing left behind.
#include "tests/support/process.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kContract = TINCAN_BUILD_DIR "/tests/contract/contract";
constexpr const char* kEcho = TINCAN_BUILD_DIR "/01-blocking/echo_server";

struct Answer {
    int status = -1;
    std::string out;
    std::string err;
};

// A tenth of every deadline: a server that never listens is waited for 10 s.
Answer check(Command arguments) {
    arguments.insert(arguments.begin(), {kContract, "--check"});
    Process contract(arguments, {.environment = {{"TINCAN_TIME_SCALE", ".1"}}});
    auto exit = contract.wait_exit(Deadline(20s));
    contract.end();
    return {exit ? exit->code : -1, contract.out(), contract.err()};
}

void expect_one_line(const Answer& answer, std::string_view words) {
    EXPECT_EQ(answer.status, 1);
    EXPECT_EQ(answer.out, "");
    EXPECT_EQ(std::ranges::count(answer.err, '\n'), 1) << answer.err;
    EXPECT_NE(answer.err.find(words), std::string::npos) << answer.err;
}

TEST(Check, AnUnknownStage) {
    expect_one_line(check({"09", "--", kEcho, "{port}"}),
                    "there is no stage 09; there are 01 to 07");
}

TEST(Check, NoServer) {
    expect_one_line(check({"01"}), "which server?");
    expect_one_line(check({"01", "--"}), "which server?");
}

TEST(Check, NoPlaceForThePort) {
    expect_one_line(check({"01", "--", kEcho}), "must contain {port}");
}

TEST(Check, AnUnknownProperty) {
    expect_one_line(check({"01", "--only", "speed", "--", kEcho, "{port}"}),
                    "no property is called speed");
}

TEST(Check, ArgumentsThatMakeNoSense) {
    Answer answer = check({"01", "now", "--", kEcho, "{port}"});
    EXPECT_EQ(answer.status, 2);
    EXPECT_NE(answer.err.find("usage: contract"), std::string::npos);
}

TEST(Check, AServerThatIsNotThere) {
    expect_one_line(check({"01", "--", "/nowhere/server", "{port}"}),
                    "/nowhere/server: No such file or directory");
}

TEST(Check, AServerThatExits) {
    expect_one_line(
        check({"01", "--", "sh", "-c", "echo no luck >&2; exit 3", "{port}"}),
        "exited with 3 before it listened on port");
}

TEST(Check, AServerThatNeverListens) {
    expect_one_line(
        check({"01", "--", "sh", "-c", "exec sleep 1000", "{port}"}),
        "does not listen on port");
}

TEST(Check, AServerThatPrintsNothingIsWelcome) {
    Answer answer =
        check({"01", "--only", "restarts", "--", "sh", "-c",
               fmt::format("exec '{}' $0 >/dev/null", kEcho), "{port}"});
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_EQ(answer.out, "pass  it starts again at once on the same port\n");
}

TEST(Check, AServerThatIsBetterIsToldSo) {
    std::string better = TINCAN_BUILD_DIR "/03-select/echo_server";
    Answer answer =
        check({"01", "--only", "second_client", "--", better, "{port}"});
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_EQ(answer.out,
              "pass  the second client is served while the first is silent: "
              "better than this stage\n");
}

// Its server must not outlive it, even if nobody gave it the time to clean up.
TEST(Check, KilledItLeavesNoServerBehind) {
    std::uint16_t port = free_port();
    Process contract({kContract, "--check", "01", "--only", "idle", "--", "sh",
                      "-c", fmt::format("exec '{}' {}", kEcho, port),
                      "{port}"});
    ASSERT_TRUE(eventually([&] { return is_listening(port); }, Deadline(5s)));
    contract.signal(SIGKILL);
    ASSERT_TRUE(contract.wait_exit(Deadline(5s)));
    EXPECT_TRUE(eventually([&] { return !is_listening(port); }, Deadline(5s)));
}

}  // namespace
