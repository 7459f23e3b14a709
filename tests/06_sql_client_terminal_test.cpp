// The SQL client on a terminal: what is seen while one types and results
// arrive, and how the terminal is left.
#include "tests/06_sql_cluster.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace tincan::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPatience = 20s;

Command sql_client() {
    return {TINCAN_BUILD_DIR "/06-coroutines/sql_client", cluster->conninfo()};
}

// What a terminal is like before anything runs on it.
termios fresh_modes() {
    Terminal terminal({"true"});
    terminal.wait_exit();
    return terminal.modes();
}

class SqlTerminal : public testing::Test {
protected:
    void open(ScreenSize size = {}) {
        terminal_.emplace(sql_client(), size);
        wait_for_line("sql>");
    }
    void type(std::string_view keys) { terminal_->type(keys); }
    void wait_for(std::string_view text) {
        terminal_->wait_for_text(text, kPatience);
    }

    // Until this is the row that the cursor is in.
    void wait_for_line(std::string_view line) {
        terminal_->wait_until(
            [&](const Terminal& now) {
                return now.row(now.cursor().row) == line;
            },
            "the line \"" + std::string(line) + '"', kPatience);
    }
    void wait_for_column(int column) {
        terminal_->wait_until(
            [&](const Terminal& now) { return now.cursor().column == column; },
            "the cursor in column " + std::to_string(column), kPatience);
    }

    // A statement that only ends when Ctrl-C is pressed.
    void start_forever() {
        type(
            "do $$ begin raise notice 'runs'; perform pg_sleep(3600); "
            "end $$;\r");
        wait_for("NOTICE 00000: runs");
    }

    void expect_end(const termios& before) {
        std::optional<Exit> exit = terminal_->wait_exit(kPatience);
        ASSERT_TRUE(exit) << "still runs\n" << terminal_->text();
        EXPECT_EQ(to_string(*exit), "exited with 0") << terminal_->text();
        EXPECT_TRUE(same_modes(terminal_->modes(), before));
        EXPECT_EQ(terminal_->cursor().column, 0) << terminal_->text();
        EXPECT_EQ(terminal_->row(terminal_->cursor().row), "");
    }

    std::optional<Terminal> terminal_;
};

TEST_F(SqlTerminal, AResultAppearsAboveTheLineBeingTyped) {
    open();
    start_forever();
    type("select 'half");
    wait_for_line("sql> select 'half");
    type("\x03");
    wait_for("ERROR 57014");
    wait_for_line("sql> select 'half");
    wait_for_column(17);
    EXPECT_EQ(occurrences(terminal_->text(), "'half"), 1U) << terminal_->text();
    type(" a' || ' line' as l;\r");
    wait_for("\n half a line\n(1 row, ");
    wait_for_line("sql>");
    EXPECT_EQ(occurrences(terminal_->text(), "sql> select 'half a' || ' line'"),
              1U);
}

TEST_F(SqlTerminal, SoItDoesAboveALineOfSeveralRows) {
    open({.rows = 12, .columns = 30});
    start_forever();
    // The prompt takes 5 columns; a character of two does not fit into the
    // last one.
    type("select '" + std::string(16, 'x') + "\u9ea6" + std::string(30, 'y'));
    wait_for_line("yy");
    type("\x03");
    wait_for("ERROR 57014");
    wait_for_line("yy");
    wait_for_column(2);
    int row = terminal_->cursor().row;
    EXPECT_EQ(terminal_->row(row - 1), "\u9ea6" + std::string(28, 'y'));
    EXPECT_EQ(terminal_->row(row - 2), "sql> select '" + std::string(16, 'x'));
    EXPECT_EQ(occurrences(terminal_->text(), "select 'x"), 1U)
        << terminal_->text();
    EXPECT_EQ(occurrences(terminal_->text(), "\u9ea6"), 1U)
        << terminal_->text();
    type("' as l;\r");
    wait_for("(1 row, ");
}

TEST_F(SqlTerminal, AFullRowIsFollowedByTheCursorInTheNext) {
    open({.rows = 12, .columns = 20});
    type("123456789012345");
    wait_for_line("");
    EXPECT_EQ(terminal_->row(0), "sql> 123456789012345");
    EXPECT_EQ(terminal_->cursor(), (Cursor{.row = 1, .column = 0}));
    type("\x7f");
    wait_for_line("sql> 12345678901234");
    EXPECT_EQ(terminal_->cursor(), (Cursor{.row = 0, .column = 19}));
    type("ab");
    wait_for_line("b");
    type("\x15");
    wait_for_line("sql>");
    EXPECT_EQ(terminal_->cursor(), (Cursor{.row = 0, .column = 5}));
    EXPECT_EQ(terminal_->row(1), "");
}

TEST_F(SqlTerminal, OfALineLongerThanTheScreenTheEndIsShownAndAllIsSent) {
    open({.rows = 6, .columns = 20});
    type("select length('" + std::string(300, 'x') + "')");
    wait_for_line("')");
    type(" as l;\r");
    wait_for("\n 300\n(1 row, ");
}

TEST_F(SqlTerminal, ALineThatIsTakenInPiecesIsOneAllTheSame) {
    open();
    type("select length('" + std::string(150'000, 'x') + "') as l;\r");
    wait_for("\n 150000\n(1 row, ");
}

TEST_F(SqlTerminal, BackspaceTakesAWholeCharacterAndATabIsOne) {
    open();
    type("select '\t\u9ea6\u00e9\x7f' as tea;\r");
    wait_for(" \\t\u9ea6\n(1 row, ");
    EXPECT_EQ(terminal_->row(0), "sql> select ' \u9ea6' as tea;");
}

TEST_F(SqlTerminal, StatementsOfSeveralLinesHaveAnotherPrompt) {
    open();
    type("select 1\r");
    wait_for_line("...>");
    type("as one; select 2 as two;\r");
    wait_for("[1] select 1");
    wait_for("[2] select 2");
    wait_for_line("sql>");
}

TEST_F(SqlTerminal, ThePromptShowsThatATransactionIsOpenAndThatItHasFailed) {
    open();
    type("begin;\r");
    wait_for_line("sql*>");
    type("select\r");
    wait_for_line("...>");
    type("nonsense;\r");
    wait_for("ERROR 42703");
    wait_for_line("sql!>");
    type("rollback;\r");
    wait_for("ROLLBACK (");
    wait_for_line("sql>");
    type("begin;\r");
    wait_for_line("sql*>");
    type("\x04");
    wait_for("The transaction that was open at the end is rolled back.");
}

TEST_F(SqlTerminal, CtrlCForgetsWhatIsTypedBeforeItEnds) {
    termios before = fresh_modes();
    open();
    type("select 'one\rhalf");
    wait_for_line("...> half");
    type("\x03");
    wait_for_line("sql>");
    type("half");
    wait_for_line("sql> half");
    type("\x03");
    wait_for_line("sql>");
    type("select 3 as three;\r");
    wait_for("[1] select 3");
    wait_for("(1 row, ");
    wait_for_line("sql>");
    type("\x03");
    expect_end(before);
}

TEST_F(SqlTerminal, FollowsEveryResize) {
    open();
    type("typed");
    wait_for_line("sql> typed");
    terminal_->resize({.rows = 10, .columns = 8});
    wait_for_line("ed");
    EXPECT_EQ(terminal_->row(terminal_->cursor().row - 1), "sql> typ");
    terminal_->resize({.rows = 10, .columns = 3});
    wait_for_line("d");
    terminal_->resize({.rows = 24, .columns = 100});
    wait_for_line("sql> typed");
}

struct End {
    const char* name;
    const char* keys;
    int signal;
};

TEST_F(SqlTerminal, TheTerminalIsAsItWasAfterEveryEnd) {
    termios before = fresh_modes();
    for (const End& end :
         {End{"\\q", "\\q\r", 0}, End{"Ctrl-C", "\x03", 0},
          End{"Ctrl-D", "\x04", 0}, End{"Ctrl-\\", "half\x1c", 0},
          End{"SIGTERM", "half", SIGTERM}, End{"SIGHUP", "half", SIGHUP},
          End{"SIGUSR1", "half", SIGUSR1}}) {
        SCOPED_TRACE(end.name);
        open();
        EXPECT_FALSE(same_modes(terminal_->modes(), before));
        type(end.keys);
        if (end.signal != 0) {
            wait_for_line("sql> half");
            terminal_->signal(end.signal);
        }
        expect_end(before);
    }
}

TEST_F(SqlTerminal, AndWhileTheEndWaitsForWhatRuns) {
    termios before = fresh_modes();
    open();
    start_forever();
    wait_for_line("sql>");
    type("\x04");
    terminal_->wait_until(
        [&](const Terminal& now) { return same_modes(now.modes(), before); },
        "the modes from before", kPatience);
    EXPECT_TRUE(terminal_->running());
    terminal_->signal(SIGINT);
    expect_end(before);
    EXPECT_EQ(occurrences(terminal_->text(), "ERROR 57014"), 1U);
}

TEST_F(SqlTerminal, QuittingSaysWhatBecameOfEach) {
    termios before = fresh_modes();
    open();
    start_forever();
    type("\\q\r");
    expect_end(before);
    EXPECT_EQ(occurrences(terminal_->text(), "ERROR 57014"), 1U);
}

TEST_F(SqlTerminal, StopsWithCtrlZAndComesBack) {
    // A shell with job control, which waits for Enter before and after.
    terminal_.emplace(Command{
        "sh", "-c",
        "set -m; echo before; read x; \"$0\" \"$1\"; echo meanwhile; read x; "
        "fg; echo after; read x",
        sql_client()[0], sql_client()[1]});
    wait_for("before");
    termios before = terminal_->modes();
    type("\r");
    wait_for_line("sql>");
    type("half");
    wait_for_line("sql> half");
    type("\x1a");
    wait_for("meanwhile");
    EXPECT_TRUE(same_modes(terminal_->modes(), before));
    type("\r");
    wait_for_line("sql> half");
    type("\x15select 'back' as b;\r");
    wait_for("\n back\n");
    type("\x04");
    wait_for("after");
    EXPECT_TRUE(same_modes(terminal_->modes(), before));
}

// What chapter 6.5 shows.
TEST_F(SqlTerminal, LooksAsInTheBook) {
    open({.rows = 18, .columns = 72});
    type("select pg_sleep(3600);\r");
    wait_for_line("sql>");
    type("select n, n * n as square from generate_series(1, 3) n;\r");
    wait_for("(3 rows, ");
    type("select 1 / 0;\r");
    wait_for("ERROR 22012");
    type("\\jobs\r");
    wait_for("] runs, ");
    type("\\cancel 1\r");
    wait_for("ERROR 57014");
    type("select 'half a li");
    wait_for_line("sql> select 'half a li");
    std::string screen = terminal_->text();
    static const std::regex time(R"([0-9]+\.[0-9] m?s)");
    screen = std::regex_replace(screen, time, "0.4 ms");
    EXPECT_EQ(screen, screen_in_book("06-sql.txt"));
}

}  // namespace
}  // namespace tincan::test
