// The terminal of the tests, tested with programs that every system has.
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include <csignal>

using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

TEST(Terminal, ShowsWhatAProgramDraws) {
    Terminal terminal({"sh", "-c",
                       "printf 'one\\033[3;5Hh\\303\\251\\346\\227\\245x'; "
                       "exec cat"});
    terminal.wait_for_text("x");
    EXPECT_EQ(terminal.row(0), "one");
    EXPECT_EQ(terminal.row(2), "    hé日x");
    EXPECT_EQ(terminal.cursor(), (Cursor{.row = 2, .column = 9}));
}

TEST(Terminal, TypesKeysAndKnowsTheModes) {
    Terminal terminal({"sh", "-c", "stty -echo; echo ready; exec cat"});
    terminal.wait_for_text("ready");
    EXPECT_EQ(terminal.modes().c_lflag & ECHO, 0U);
    terminal.type("hello\r");
    terminal.wait_for_text("hello");
    EXPECT_EQ(terminal.row(1), "hello");
    terminal.type("\x03");
    EXPECT_EQ(terminal.wait_exit().value().signal, SIGINT);
}

TEST(Terminal, AResizeReachesTheProgram) {
    Terminal terminal({"sh", "-c",
                       "trap 'stty size' WINCH; echo ready;"
                       "while :; do read x; done"},
                      {.rows = 24, .columns = 80});
    terminal.wait_for_text("ready");
    terminal.resize({.rows = 10, .columns = 40});
    terminal.type("\r");
    terminal.wait_for_text("10 40");
}

TEST(Terminal, KnowsTheAlternateScreenAndBracketedPaste) {
    Terminal terminal({"sh", "-c",
                       "printf '\\033[?1049h\\033[?2004h\\033[?25lon'; read x;"
                       "printf '\\033[?1049l\\033[?2004l\\033[?25hoff'"});
    terminal.wait_for_text("on");
    EXPECT_TRUE(terminal.alternate_screen());
    EXPECT_TRUE(terminal.bracketed_paste());
    EXPECT_FALSE(terminal.cursor().visible);
    terminal.type("\r");
    terminal.wait_for_text("off");
    EXPECT_FALSE(terminal.alternate_screen());
    EXPECT_FALSE(terminal.bracketed_paste());
    EXPECT_TRUE(terminal.cursor().visible);
}

TEST(Terminal, ATextThatNeverComesIsAnErrorWithTheScreen) {
    Terminal terminal({"sh", "-c", "echo something else; exec cat"});
    try {
        terminal.wait_for_text("this", 300ms);
        FAIL() << "the text was found";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("something else"),
                  std::string::npos);
    }
}

TEST(Terminal, NoWaitIsEndlessWhileTheProgramWrites) {
    Terminal terminal({"yes"});
    EXPECT_THROW(terminal.wait_for_text("no", 50ms), std::runtime_error);
    EXPECT_FALSE(terminal.wait_exit(50ms));
}

}  // namespace
