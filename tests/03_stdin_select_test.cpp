// One call waits for a keyboard, a packet and a clock.
#include "01-blocking/address.hpp"
#include "01-blocking/socket.hpp"
#include "tests/support/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

using namespace std::chrono_literals;
using namespace tincan::test;

namespace {

const std::string kProgram =
    std::string(TINCAN_BUILD_DIR) + "/03-select/stdin_select";

class StdinSelect : public testing::Test {
protected:
    void expect_line(const std::string& text) {
        EXPECT_NO_THROW(program.wait_for_line(text, Deadline(5s)));
    }

    void expect_end() {
        std::optional<Exit> exit = program.wait_exit(Deadline(5s));
        ASSERT_TRUE(exit) << "goes on after the end of its input";
        EXPECT_EQ(exit->code, 0) << program.err();
    }

    // A packet socket whose packets go there; no packet is sent by this.
    tincan::Socket connect_to_it() {
        std::string port = first_line.substr(first_line.rfind(':') + 1);
        tincan::AddressList to = tincan::resolve({"127.0.0.1", port});
        tincan::Socket socket(tincan::check(
            ::socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        tincan::check(::connect(socket.fd(), to->ai_addr, to->ai_addrlen),
                      "connect");
        return socket;
    }

    Process program{{kProgram, "0"}};
    std::string first_line =
        program.wait_for_line("listening on", Deadline(5s));
};

TEST_F(StdinSelect, TheSecondOfTwoLinesInOnePieceIsNotHidden) {
    program.write("one\ntwo\n", Deadline(5s));
    expect_line("you typed: one");
    expect_line("you typed: two");
}

TEST_F(StdinSelect, ALineInPiecesIsOneLine) {
    program.write("o", Deadline(5s));
    program.write("n", Deadline(5s));
    program.write("e\n", Deadline(5s));
    expect_line("you typed: one");
}

TEST_F(StdinSelect, TheEndOfTheInputEndsItAndDoesNotSpin) {
    program.write("unfinished", Deadline(5s));
    program.close_stdin();
    expect_line("without an end of line: unfinished");
    expect_line("end of input");
    expect_end();
}

TEST_F(StdinSelect, TheClockTicksWhileNobodyTypes) {
    expect_line("tick 1");
    expect_line("tick 2");
    EXPECT_LT(program.usage().cpu, 500ms) << "it does not wait, it spins";
}

TEST_F(StdinSelect, AFastTypistDoesNotStopTheClock) {
    EXPECT_TRUE(eventually(
        [&] {
            program.write("x\n", Deadline(5s));
            return program.out().find("tick 2") != std::string::npos;
        },
        Deadline(10s)));
}

TEST_F(StdinSelect, APacketIsShownWholeWithItsSender) {
    tincan::Socket socket = connect_to_it();
    const std::string text = "hi\x1b";
    tincan::check(::send(socket.fd(), text.data(), text.size(), 0), "send");
    expect_line("sent: hi\\x1b");
}

TEST_F(StdinSelect, TwoPacketsStayTwo) {
    tincan::Socket socket = connect_to_it();
    for (std::string_view text : {"one", "two"}) {
        tincan::check(::send(socket.fd(), text.data(), text.size(), 0), "send");
    }
    for (const char* text : {"sent: one", "sent: two"}) {
        std::string line = program.wait_for_line("sent: ", Deadline(5s));
        EXPECT_TRUE(line.ends_with(text)) << line;
    }
}

TEST_F(StdinSelect, ALineWithoutEndDoesNotGrowForEver) {
    program.write(std::string(10000, 'x'), Deadline(5s));
    expect_line("without an end of line: xxx");
}

TEST(StdinSelectFile, TheInputMayComeFromAFile) {
    std::string file = std::filesystem::temp_directory_path() /
                       ("stdin_select_test." + std::to_string(::getpid()));
    Process program({"/bin/sh", "-c",
                     "printf 'from\\na file\\n' > \"$2\" && \"$1\" 0 < \"$2\"; "
                     "s=$?; rm \"$2\"; exit $s",
                     "sh", kProgram, file});
    std::optional<Exit> exit = program.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0) << program.err();
    program.wait_for_line("you typed: from", Deadline(5s));
    program.wait_for_line("you typed: a file", Deadline(5s));
    program.wait_for_line("end of input", Deadline(5s));
}

}  // namespace
