// `contract --check` with everything that can be wrong about the server or the
// command: one clear line, exit status 1 or 2, nothing left behind.
#include "tests/support/process.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <regex>

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

// Less of every deadline for a server that never listens, or it is waited
// for 10 s.
const char* const kImpatient = ".3";

Answer check(Command arguments, const char* time_scale = "1") {
    arguments.insert(arguments.begin(), {kContract, "--check"});
    Process contract(arguments,
                     {.environment = {{"TINCAN_TIME_SCALE", time_scale}}});
    auto exit = contract.wait_exit(Deadline(40s));
    contract.end();
    return {exit ? exit->code : -1, contract.out(), contract.err()};
}

std::string read(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
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

// A list that ends in the middle would make tests disappear in silence.
TEST(Check, AListThatCannotBeWritten) {
    Process contract(
        {kContract, "--write-ctest", "/dev/full", "01_echo_server"});
    auto exit = contract.wait_exit(Deadline(10s));
    ASSERT_TRUE(exit);
    contract.end();
    EXPECT_EQ(exit->code, 1);
    EXPECT_EQ(contract.err(), "contract: /dev/full can't be written\n");
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
    expect_one_line(check({"01", "--", "sh", "-c", "exec sleep 1000", "{port}"},
                          kImpatient),
                    "does not listen on port");
}

// Where it listens is not what it was given.
TEST(Check, AServerThatListensElsewhere) {
    std::string words = fmt::format("exec '{}' 0", kEcho);
    expect_one_line(
        check({"01", "--", "sh", "-c", words, "{port}"}, kImpatient),
        ", but on port ");
}

TEST(Check, AServerThatIsNotFor127_0_0_1) {
    std::string words = fmt::format("exec '{}' $0 127.0.0.2", kEcho);
    Answer answer = check({"01", "--", "sh", "-c", words, "{port}"});
    EXPECT_EQ(answer.status, 1);
    EXPECT_NE(answer.out.find("it listens, but not for 127.0.0.1"),
              std::string::npos)
        << answer.out;
    EXPECT_NE(answer.err.find("nothing else was tried"), std::string::npos);
}

// Every chapter and heading that somebody may be sent to.
TEST(Check, WhatItSaysToRereadIsThere) {
    std::regex place("\"(book/[^ \"]*[.]md)(?:: ([^\"]*))?\"");
    std::size_t checked = 0;
    for (const char* source : {"advice.cpp", "table.cpp"}) {
        std::string text =
            read(TINCAN_SOURCE_DIR "/tests/contract/" + std::string(source));
        // Long ones are written in two pieces.
        text = std::regex_replace(text, std::regex("\"\\s*\""), "");
        for (std::sregex_iterator at(text.begin(), text.end(), place), end;
             at != end; ++at) {
            std::string chapter = read(TINCAN_SOURCE_DIR "/" + (*at)[1].str());
            if ((*at)[2].length() == 0) continue;  // all of it
            EXPECT_NE(chapter.find("# " + (*at)[2].str() + "\n"),
                      std::string::npos)
                << at->str();
            ++checked;
        }
    }
    EXPECT_GT(checked, 15U);
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
