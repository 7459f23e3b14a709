// delay_screen and delay_stdin on a terminal: what is seen, and how the
// terminal is left.
#include "tests/06_programs_support.hpp"
#include "tests/support/terminal.hpp"

#include <sys/resource.h>

namespace tincan::test {
namespace {

class OnScreen : public Programs {
protected:
    void open(ScreenSize size = {}, const ProcessOptions& options = {}) {
        terminal_.emplace(with_selector("delay_screen"), size, options);
    }
    // Waits for the prompt, behind which keys are shown by the program.
    void open_and_wait(ScreenSize size = {}) {
        open(size);
        wait_for_row(size.rows - 1, ">");
    }

    void type(std::string_view keys) { terminal_->type(keys); }

    void wait_for_row(int row, std::string_view text) {
        terminal_->wait_for_row(row, text);
    }
    void wait_for_cursor(int row, int column) {
        terminal_->wait_for_cursor(row, column);
    }

    void expect_exit(int code) {
        std::optional<Exit> exit = terminal_->wait_exit();
        ASSERT_TRUE(exit) << "still runs\n" << terminal_->text();
        EXPECT_EQ(to_string(*exit), "exited with " + std::to_string(code))
            << terminal_->text();
    }
    void expect_terminal_as_before(const termios& before) {
        EXPECT_TRUE(same_modes(terminal_->modes(), before));
        EXPECT_FALSE(terminal_->alternate_screen());
        EXPECT_TRUE(terminal_->cursor().visible);
        std::size_t wrap = terminal_->written().rfind("\033[?7");
        EXPECT_EQ(terminal_->written().substr(wrap, 5), "\033[?7h");
    }

    std::optional<Terminal> terminal_;
};
INSTANTIATE_TEST_SUITE_P(, OnScreen, kEachSelector, selector_name);

// What a terminal is like before anything runs on it.
termios fresh_modes() {
    Terminal terminal({"true"});
    terminal.wait_exit();
    return terminal.modes();
}

TEST_P(OnScreen, MessagesComeFromTheTopAndDisturbNobodyWhoTypes) {
    open_and_wait();
    type("1\r");
    wait_for_row(0, "Starting delay 1");
    type("12");
    wait_for_row(23, "> 12");
    wait_for_row(1, "Finished delay 1");
    wait_for_row(23, "> 12");
    wait_for_cursor(23, 4);
    type("3\r");
    wait_for_row(2, "Starting delay 123");
    wait_for_row(23, ">");
    wait_for_cursor(23, 2);
}

// What chapter 6.5 shows.
TEST_P(OnScreen, LooksAsInTheBook) {
    open_and_wait({.rows = 6, .columns = 40});
    type("60\r");
    wait_for_row(0, "Starting delay 60");
    type("0\r");
    wait_for_row(2, "Finished delay 0");
    type("12");
    wait_for_row(5, "> 12");
    EXPECT_EQ(terminal_->text(), screen_in_book("06-screen.txt"));
}

TEST_P(OnScreen, BackspaceTakesAWholeCharacter) {
    open_and_wait();
    type("\u00e9\u9f3b1\x7f\x7f");
    wait_for_row(23, "> \u00e9");
    wait_for_cursor(23, 3);
    type("\x7f\x7f\x7f");
    wait_for_cursor(23, 2);
    type("0\r");
    wait_for_row(1, "Finished delay 0");
}

TEST_P(OnScreen, WhatIsNoNumberIsSaidToBe) {
    open_and_wait();
    type("\u9f3b\r");
    wait_for_row(0, "not a number of seconds from 0 to 86400: \u9f3b");
    type("\r");
    wait_for_row(1, "not a number of seconds from 0 to 86400:");
}

TEST_P(OnScreen, KeysAreReadWholeHoweverTheyAreTorn) {
    open_and_wait();
    type("5\x1b[");
    wait_for_row(23, "> 5");
    type("A6\xe9\xbc");
    wait_for_row(23, "> 56");
    type(
        "\xbb"
        "7\x1b[15~\x1bOP8");
    wait_for_row(23, "> 56\u9f3b78");
}

TEST_P(OnScreen, KeepsAsManyMessagesAsThereAreRows) {
    open_and_wait({.rows = 4, .columns = 80});
    type("a\rb\rc\rd\r");
    const std::string wrong = "not a number of seconds from 0 to 86400: ";
    wait_for_row(2, wrong + "d");
    wait_for_row(0, wrong + "b");
    wait_for_row(3, ">");
}

TEST_P(OnScreen, FollowsEveryResize) {
    open_and_wait();
    type("a\rb\rc\rtyped");
    const std::string wrong = "not a number of seconds from 0 to 86400: ";
    wait_for_row(23, "> typed");
    terminal_->resize({.rows = 3, .columns = 60});
    wait_for_row(2, "> typed");
    wait_for_row(0, wrong + "b");
    wait_for_row(1, wrong + "c");
    terminal_->resize({.rows = 30, .columns = 100});
    wait_for_row(29, "> typed");
    wait_for_row(0, wrong + "b");
    terminal_->resize({.rows = 1, .columns = 4});
    wait_for_row(0, "> d");
    terminal_->resize({.rows = 5, .columns = 20});
    wait_for_row(4, "> typed");
    type(std::string(30, 'x') + "y");
    wait_for_row(4, "> " + std::string(16, 'x') + "y");
    wait_for_cursor(4, 19);
}

struct End {
    const char* name;
    const char* keys;
    int signal;
    // It may come when the screen is closed already: then it ends the program
    // as it ends every other.
    bool late = false;
};

TEST_P(OnScreen, TheTerminalIsAsItWasAfterEveryEnd) {
    termios before = fresh_modes();
    for (const End& end :
         {End{"end of input", "\x04", 0}, End{"Ctrl-C", "\x03", 0},
          End{"twice Ctrl-C", "\x03\x03", 0, true}, End{"Ctrl-\\", "\x1c", 0},
          End{"SIGTERM", "", SIGTERM}, End{"SIGHUP", "", SIGHUP},
          End{"SIGALRM", "", SIGALRM}, End{"SIGUSR1", "", SIGUSR1}}) {
        SCOPED_TRACE(end.name);
        open_and_wait();
        EXPECT_TRUE(terminal_->alternate_screen());
        EXPECT_FALSE(same_modes(terminal_->modes(), before));
        type("1000\rhalf a line");
        wait_for_row(23, "> half a line");
        type(end.keys);
        if (end.signal != 0) terminal_->signal(end.signal);
        std::optional<Exit> exit = terminal_->wait_exit();
        ASSERT_TRUE(exit) << "still runs\n" << terminal_->text();
        EXPECT_TRUE(exit->code == 0 || (end.late && exit->signal == SIGINT))
            << to_string(*exit) << '\n'
            << terminal_->text();
        expect_terminal_as_before(before);
    }
}

// The descriptors suffice for the loop, but not for one more.
TEST_P(OnScreen, TheTerminalIsAsItWasAfterAnException) {
    termios before = fresh_modes();
    rlim_t loops = GetParam() == "epoll"s ? 5 : 4;
    open({}, {.limits = {{RLIMIT_NOFILE, {loops, loops}}}});
    expect_exit(1);
    expect_terminal_as_before(before);
    EXPECT_NE(terminal_->written().find("\033[?1049h"), std::string::npos);
    EXPECT_NE(terminal_->text().find("stdin: Too many open files"),
              std::string::npos)
        << terminal_->text();
}

TEST_P(OnScreen, StopsWithCtrlZAndComesBack) {
    // A shell with job control, which waits for Enter before and after.
    terminal_.emplace(
        Command{"sh", "-c",
                "set -m; echo before; read x; '" + stage_6("delay_screen") +
                    "' --selector=" + GetParam() +
                    "; echo meanwhile; read x; fg; echo after; read x"});
    terminal_->wait_for_text("before");
    termios before = terminal_->modes();
    type("\r");
    wait_for_row(23, ">");
    type("0\rhalf");
    wait_for_row(1, "Finished delay 0");
    wait_for_row(23, "> half");
    type("\x1a");
    terminal_->wait_for_text("meanwhile");
    expect_terminal_as_before(before);
    terminal_->resize({.rows = 12, .columns = 50});
    type("\r");
    wait_for_row(11, "> half");
    wait_for_row(1, "Finished delay 0");
    type("\x7f\x7f\x7f\x7f");
    wait_for_row(11, ">");
    type("0\r");
    wait_for_row(3, "Finished delay 0");
    type("\x04");
    terminal_->wait_for_text("after");
    expect_terminal_as_before(before);
}

TEST_P(OnScreen, IsNothingForPipes) {
    Process process(with_selector("delay_screen"));
    tincan::test::expect_exit(process, 1);
    process.end();
    EXPECT_EQ(process.err(), "delay_screen: needs a terminal\n");
    EXPECT_EQ(process.out(), "");
}

// The terminal echoes what is typed, delay_stdin prints, and neither knows of
// the other: the picture is torn, but not the line.
TEST_P(OnScreen, WithoutItTheLineIsTornButNotLost) {
    // Where this machine stands still for a second, the delay ends too early.
    auto line_is_torn = [&] {
        terminal_.emplace(with_selector("delay_stdin"));
        type("1\r");
        terminal_->wait_for_text("sleeping for 1 second(s)");
        type("0");
        terminal_->wait_for_text("finished sleeping for 1 second(s)");
        return terminal_->text().find("0finished") != std::string::npos;
    };
    ASSERT_TRUE(eventually(line_is_torn, Deadline(kPatience)));
    type("0\r");
    terminal_->wait_for_text("finished sleeping for 0 second(s)");
    type("\x04");
    expect_exit(0);
}

}  // namespace
}  // namespace tincan::test
