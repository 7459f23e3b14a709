// What the SQL client does with text: where statements end, how rows and
// errors are shown. No server is needed.
#include "01-blocking/text.hpp"
#include "06-coroutines/sql/input.hpp"
#include "06-coroutines/sql/reply.hpp"
#include "06-coroutines/sql/table.hpp"
#include "06-coroutines/sql/words.hpp"
#include "tests/06_sql_oracle.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace tincan::sql {
namespace {

using namespace std::chrono_literals;
using test::split_by_oracle;
using test::split_in_pieces;
using Statements = std::vector<std::string>;

Statements split(std::string_view text) {
    return split_in_pieces(text, text.size());
}

TEST(Statements, EndAtASemicolon) {
    EXPECT_EQ(split("select 1; select 2 ;;\n ; select\n3;select 4"),
              (Statements{"select 1", "select 2 ", "select\n3"}));
}

TEST(Statements, DoNotEndInsideOfStringsNamesAndComments) {
    for (const char* whole : {"select ';'",
                              "select 'it''s; one'",
                              "select 'a\\'",
                              "select E'it\\'s; one'",
                              "select e'\\\\'",
                              "select E'a''b\\';'",
                              "select E'a'\n'\\';'",
                              "select E'a' -- ;\n--\n '\\';'",
                              "select \"a;\"\"b;\"",
                              "select 1 -- ;\n",
                              "select 1 /* ; /* ; */ ; */",
                              "select /*/ ; */ 1",
                              "select $$;$$",
                              "select $tag$ $$; $ta$; $tag$",
                              "select $_9$;$_9$",
                              "select $a$;$b$a$",
                              "select a$$",
                              "select $1, $2",
                              "select U&'\\0041;'",
                              "select $é$;$é$",
                              "select '\"', \"'\", ';'",
                              "do $do$ begin perform ';'; end; $do$"}) {
        EXPECT_EQ(split(whole + std::string(";next;")),
                  (Statements{whole, "next"}))
            << whole;
    }
}

TEST(Statements, OfCommentsAloneAreNone) {
    EXPECT_EQ(split("-- nothing;\n; /* ; */ ; - ;"), (Statements{"- "}));
}

TEST(Statements, CanBeClearedAway) {
    StatementSplitter splitter;
    std::string_view bytes = "select '";
    EXPECT_FALSE(splitter.next(bytes));
    EXPECT_FALSE(splitter.empty());
    splitter.clear();
    EXPECT_TRUE(splitter.empty());
    bytes = "select 1;";
    EXPECT_EQ(splitter.next(bytes), "select 1");
}

TEST(Statements, HaveALimit) {
    StatementSplitter splitter(10);
    std::string_view bytes = "0123456789;";
    EXPECT_EQ(splitter.next(bytes), "0123456789");
    bytes = "0123456789a";
    EXPECT_THROW(splitter.next(bytes), std::length_error);
}

// The server would take it for the end, and do what stands in front of it:
// "delete from cheese \0where ..." is a statement.
TEST(Statements, HaveNoNulByte) {
    using namespace std::string_view_literals;
    StatementSplitter splitter;
    std::string_view bytes = "select 1\0where false;"sv;
    EXPECT_THROW(splitter.next(bytes), std::invalid_argument);
}

// Its body may delete something.
TEST(Statements, DoNotEndInTheBodyOfAFunctionOrInParentheses) {
    for (const char* whole :
         {"create function f() returns int begin atomic delete from t; "
          "select case when true then 1 end; select 2; END",
          "CREATE PROCEDURE p() BEGIN /* ; */\nATOMIC; end",
          "create rule r as on insert to t do (delete from a; delete from b)",
          "select (1, (';'), \"(\")"}) {
        std::string text = whole;
        EXPECT_EQ(split(text + ";next;"), (Statements{text, "next"})) << text;
    }
    EXPECT_EQ(split("begin; atomic; end; select ')';"),
              (Statements{"begin", "atomic", "end", "select ')'"}));
}

// What has a meaning, in any order.
TEST(Statements, EndWhereTheOracleSaysWhateverThePieces) {
    const std::vector<std::string> meaningful{
        ";", ";", ";", "'",  "'",  "\"",   "$",      "$",       "-",
        "-", "/", "*", "\\", "\n", "a",    "E",      "1",       " ",
        " ", "(", ")", "--", "\r", "case", "begin ", "atomic ", " END"};
    std::minstd_rand random(6);
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        while (random() % 24 != 0)
            text += meaningful[random() % meaningful.size()];
        Statements expected = split_by_oracle(text);
        for (std::size_t piece : {std::size_t{1}, 1 + random() % 7}) {
            ASSERT_EQ(split_in_pieces(text, piece), expected) << text;
        }
    }
}

// Input.

std::vector<std::string> entries(std::string_view text) {
    Input input;
    std::vector<std::string> all;
    while (std::optional<Entry> entry = input.next(text)) {
        bool command = entry->kind == Entry::Kind::command;
        all.push_back((command ? "\\" : "") + entry->text);
    }
    return all;
}

TEST(Typed, CommandsStandWhereAStatementCouldBegin) {
    EXPECT_EQ(entries("\\jobs\n select 1; \\cancel 1 \r\nselect\n\\q\n;\\q\n"),
              (Statements{"\\jobs", "select 1", "\\cancel 1", "select\n\\q\n",
                          "\\q"}));
    EXPECT_EQ(entries("-- why\n\\q\n"), Statements{"\\q"});
}

TEST(Typed, ACommandIsTheSameInPieces) {
    Input input;
    for (char c : std::string("\\canc")) {
        std::string_view byte(&c, 1);
        EXPECT_FALSE(input.next(byte));
    }
    EXPECT_TRUE(input.unfinished());
    std::string_view rest = "el 12\nselect 1;";
    EXPECT_EQ(input.next(rest)->text, "cancel 12");
    EXPECT_FALSE(input.unfinished());
    EXPECT_EQ(rest, "select 1;");
}

TEST(Typed, ACommandOfAnyLengthTakesNoMemory) {
    Input input;
    std::string line = "\\" + std::string(1 << 20, 'x') + "\n";
    std::string_view bytes = line;
    EXPECT_EQ(input.next(bytes)->text, std::string(80, 'x'));
}

// Tables.

class Shown : public testing::Test {
protected:
    Shown() { EXPECT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
};

TEST_F(Shown, ColumnsStandUnderEachOther) {
    Table table({Heading{"tea"}, Heading{"price", true}, Heading{"kind"}});
    table.add({"麦茶", "10", "grain"});
    table.add({"e\xcc\x81", "2.50", std::nullopt});  // e and an accent
    EXPECT_EQ(table.str(),
              " tea  | price | kind\n"
              "------+-------+-------\n"
              " 麦茶 |    10 | grain\n"
              " e\xcc\x81    |  2.50 | NULL\n");
    EXPECT_EQ(table.rows(), 2U);
}

TEST_F(Shown, NothingDrivesTheTerminal) {
    Table table({Heading{"\x1b[2J"}});
    table.add({"a\nb\x9b\xff"});
    EXPECT_EQ(table.str(),
              " \\x1b[2J\n"
              "--------------\n"
              " a\\nb\\x9b\\xff\n");
}

TEST_F(Shown, WithoutColumnsRowsAreCounted) {
    Table table({});
    table.add({});
    table.add({});
    EXPECT_EQ(table.rows(), 2U);
    EXPECT_THROW(table.add({"x"}), std::invalid_argument);
}

// Rows without columns take room too, in memory and on the screen.
TEST_F(Shown, OfManyRowsWithoutColumnsTheFirstAreKept) {
    Table table({}, 100);
    for (int i = 0; i < 1000; ++i)
        table.add({});
    EXPECT_EQ(table.rows(), 1000U);
    EXPECT_LT(table.kept(), 10U);
}

// One wide cell makes all rows wide.
TEST_F(Shown, WhatIsKeptIsNotLongWhenItIsPrintedEither) {
    std::string wide(100'000, 'x');
    for (bool wide_one_first : {false, true}) {
        Table table({Heading{"x"}, Heading{"y"}});
        if (wide_one_first) table.add({wide, "1"});
        for (int i = 0; i < 1000; ++i)
            table.add({"x", "1"});
        table.add({wide, "1"});
        EXPECT_EQ(table.rows(), wide_one_first ? 1002U : 1001U);
        EXPECT_LT(table.str().size(), 2U << 20);
    }
}

TEST_F(Shown, OfAVeryLongCellTheBeginningIsKept) {
    Table table({Heading{"x"}}, 10);
    table.add({"麦茶麦茶"});
    EXPECT_EQ(table.str(),
              " x\n"
              "---------\n"
              " 麦茶麦…\n");
}

TEST_F(Shown, OfManyRowsTheFirstAreKept) {
    Table table({Heading{"x"}}, 300);
    for (int i = 0; i < 1000; ++i)
        table.add({"0123456789"});
    EXPECT_EQ(table.rows(), 1000U);
    EXPECT_GT(table.kept(), 0U);
    EXPECT_LT(table.kept(), 10U);
    Reply reply;
    reply.answers.push_back({table, "SELECT 1000", {}});
    std::string text = to_string(reply, "");
    EXPECT_NE(text.find("(1000 rows, the first 4 shown, 0.0 ms)"),
              std::string::npos)
        << text;
}

// Replies.

Message error_at(std::size_t position) {
    Message error;
    error.severity = "ERROR";
    error.sqlstate = "42601";
    error.text = "syntax\x1b error";
    error.position = position;
    return error;
}

TEST_F(Shown, AnErrorPointsAtItsPlace) {
    EXPECT_EQ(to_string(error_at(13), "select\n'麦', +;"),
              "ERROR 42601 at character 13: syntax\\x1b error\n"
              "    '麦', +;\n"
              "          ^\n");
    // Behind the end, and where the server is wrong.
    EXPECT_EQ(to_string(error_at(4), "abc"),
              "ERROR 42601 at character 4: syntax\\x1b error\n"
              "    abc\n"
              "       ^\n");
    EXPECT_EQ(to_string(error_at(4000000000), "abc"),
              "ERROR 42601 at character 4000000000: syntax\\x1b error\n"
              "    abc\n"
              "       ^\n");
}

// It may be one of megabytes.
TEST_F(Shown, OfALongLineWhatIsAroundAnErrorIsShown) {
    std::string statement;
    for (int i = 0; i < 100'000; ++i)
        statement += "麦";
    std::string text = to_string(error_at(50'001), statement);
    EXPECT_LT(text.size(), 1000U);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_NE(text.find("\n    …麦"), text.npos) << text;
    EXPECT_NE(text.find("麦…\n"), text.npos) << text;
    // The mark stands under the 34th character, behind the "…".
    EXPECT_NE(text.find("\n     " + std::string(66, ' ') + "^\n"), text.npos)
        << text;
}

TEST_F(Shown, DetailAndHintHaveTheirLines) {
    Message error = error_at(0);
    error.detail = "one\n\ttwo";
    error.hint = "three";
    EXPECT_EQ(to_string(error, ""),
              "ERROR 42601: syntax\\x1b error\n"
              "DETAIL: one\n"
              "    two\n"
              "HINT: three\n");
}

// raise notice '%', repeat('x', 100000000)
TEST_F(Shown, OfAVeryLongMessageTheBeginningIsShown) {
    Message error = error_at(0);
    error.text = "line\n";
    for (int i = 0; i < 100'000; ++i)
        error.text += "麦";
    std::string text = to_string(error, "");
    EXPECT_LT(text.size(), 70'000U);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_TRUE(text.ends_with("麦…\n")) << text.substr(text.size() - 20);
    // What is no text has no characters.
    error.text.assign(1'000'000, '\x80');
    EXPECT_LT(to_string(error, "").size(), 300'000U);
}

TEST_F(Shown, RowsAreCountedAndTimed) {
    Table one({Heading{"x"}});
    one.add({"1"});
    Reply reply;
    reply.time = 1234us;
    reply.answers.push_back({one, "SELECT 1", {}});
    reply.answers.push_back({one, "INSERT 0 1", {}});
    reply.answers.push_back({{}, "CREATE TABLE", {}});
    EXPECT_EQ(to_string(reply, ""),
              " x\n---\n 1\n(1 row, 1.2 ms)\n"
              " x\n---\n 1\nINSERT 0 1 (1 row, 1.2 ms)\n"
              "CREATE TABLE (1.2 ms)\n");
    EXPECT_EQ(to_string(61500ms), "61.5 s");
}

TEST_F(Shown, AHeadlineIsOneShortLine) {
    EXPECT_EQ(headline("select\n\t 1\x1b  "), "select 1\\x1b");
    EXPECT_EQ(headline(std::string(100, 'x'), 10), "xxxxxxxxx…");
    EXPECT_EQ(headline("麦茶麦茶", 8), "麦茶麦茶");
    EXPECT_EQ(headline("麦茶麦茶麦", 8), "麦茶麦茶…");
}

TEST(Words, TellWhatBeginsATransactionAndWhatEndsIt) {
    for (const char* text :
         {"begin", "BEGIN isolation level serializable", "Start Transaction",
          "/* a /* nested */ one */ begin", "-- a line\nbegin", "begin--;"}) {
        EXPECT_TRUE(begins_transaction(text)) << text;
        EXPECT_FALSE(ends_transaction(text)) << text;
    }
    for (const char* text :
         {"commit", "END", "abort", "rollback", "ROLLBACK and no chain",
          "rollback work", "prepare transaction 'one'", "/**/commit"}) {
        EXPECT_TRUE(ends_transaction(text)) << text;
        EXPECT_FALSE(begins_transaction(text)) << text;
    }
    for (const char* text :
         {"", "beginning", "begin_it()", "select 1", "(begin)", "\"begin\"",
          "commit and chain", "ROLLBACK transaction AND/**/CHAIN",
          "rollback to one", "rollback/**/work to savepoint one",
          "prepare one as select 1", "savepoint one", "/* begin", "--begin"}) {
        EXPECT_FALSE(begins_transaction(text)) << text;
        EXPECT_FALSE(ends_transaction(text)) << text;
    }
}

}  // namespace
}  // namespace tincan::sql
