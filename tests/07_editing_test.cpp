// What the chat client does between the terminal's bytes and the screen's
// rows: keys, line editor, layout, and what it makes of the server's lines.
// No terminal is needed for any of it.

#include "06-coroutines/keys.hpp"
#include "07-chat/conversation.hpp"
#include "07-chat/graphemes.hpp"
#include "07-chat/layout.hpp"
#include "07-chat/line_editor.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace tincan;
using namespace tincan::chat;

namespace tincan::chat {

// For GoogleTest's messages.
void PrintTo(const Key& key, std::ostream* out) {
    *out << static_cast<int>(key.kind) << " \"" << key.text << '"';
}

}  // namespace tincan::chat

namespace {

// Columns are counted by the locale's wcwidth.
class Utf8Locale : public testing::Environment {
public:
    void SetUp() override {
        ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    }
};

[[maybe_unused]] const auto* const utf8_locale =
    testing::AddGlobalTestEnvironment(new Utf8Locale);

std::vector<Key> keys(std::string_view bytes) {
    KeyDecoder decoder;
    return decoder.feed(bytes);
}

Key typed(std::string text) {
    return {Key::Kind::character, std::move(text)};
}
Key ctrl(std::string letter) {
    return {Key::Kind::control, std::move(letter)};
}
Key key(Key::Kind kind) {
    return {kind};
}

using Keys = std::vector<Key>;

// The same, whatever pieces the bytes come in.
void expect_keys(std::string_view bytes, const Keys& expected) {
    EXPECT_EQ(keys(bytes), expected) << "all at once";
    KeyDecoder decoder;
    Keys one_by_one;
    for (char c : bytes) {
        for (Key& pressed : decoder.feed({&c, 1})) {
            one_by_one.push_back(std::move(pressed));
        }
    }
    EXPECT_EQ(one_by_one, expected) << "one by one";
}

TEST(KeyDecoder, TakesTextByCodePoints) {
    expect_keys("aé美😀", {typed("a"), typed("é"), typed("美"), typed("😀")});
}

TEST(KeyDecoder, DropsBytesThatAreNoText) {
    expect_keys("\xff\x80\xc3\xc3\xa9\xf5z\xe2\x82", {typed("é"), typed("z")});
    expect_keys("\xc2\x9b", {});  // the one-byte CSI, written in UTF-8
    expect_keys("\xed\xa0\x80", {});
}

TEST(KeyDecoder, KnowsTheKeysOfBothModes) {
    using enum Key::Kind;
    for (std::string lead : {"\x1b[", "\x1bO"}) {
        expect_keys(lead + "A", {key(up)});
        expect_keys(lead + "B", {key(down)});
        expect_keys(lead + "C", {key(right)});
        expect_keys(lead + "D", {key(left)});
        expect_keys(lead + "H", {key(home)});
        expect_keys(lead + "F", {key(end)});
    }
    expect_keys("\x1b[1~\x1b[7~", {key(home), key(home)});
    expect_keys("\x1b[4~\x1b[8~", {key(end), key(end)});
    expect_keys("\x1b[3~", {key(del)});
    expect_keys("\x1b[5~\x1b[6~", {key(page_up), key(page_down)});
    expect_keys("\x1b[1;5D", {key(left)});
    expect_keys("\r\n\t\b\x7f", {key(enter), key(enter), key(tab),
                                 key(backspace), key(backspace)});
    expect_keys("\x01\x17", {ctrl("a"), ctrl("w")});
}

TEST(KeyDecoder, LeavesNoTailOfASequenceItDoesNotKnow) {
    expect_keys("\x1b[15~x", {typed("x")});
    expect_keys("\x1b[200~x\x1b[201~", {typed("x")});
    expect_keys("\x1b[?1;2cx", {typed("x")});
    expect_keys("\x1b[[Ax", {typed("x")});
    expect_keys("\x1b[" + std::string(100, '1') + "~x", {typed("x")});
    expect_keys("\x1bOPx", {typed("x")});
    expect_keys(
        "\x1b"
        "fx",
        {typed("x")});
    expect_keys(
        "\x1b"
        "éx",
        {typed("x")});
}

TEST(KeyDecoder, BeginsAnewAtAControlCharacter) {
    using enum Key::Kind;
    expect_keys("\x1b[1;\rx", {key(enter), typed("x")});
    expect_keys("\x1b\x1b[D", {key(left)});
    expect_keys("\x1b[\x1b[D", {key(left)});
    expect_keys("\xe2\x82\rx", {key(enter), typed("x")});
    expect_keys("\x1b[éx", {typed("é"), typed("x")});
}

TEST(KeyDecoder, TakesALoneEscapeForTheKeyOnlyWhenTold) {
    KeyDecoder decoder;
    EXPECT_EQ(decoder.feed("\x1b"), Keys{});
    EXPECT_TRUE(decoder.in_doubt());
    EXPECT_EQ(decoder.settle(), Keys{key(Key::Kind::escape)});
    EXPECT_FALSE(decoder.in_doubt());
    EXPECT_EQ(decoder.feed("[D"), (Keys{typed("["), typed("D")}));
    EXPECT_EQ(decoder.settle(), Keys{});
}

// An editor in which these bytes were typed.
LineEditor edited(std::string_view bytes, std::size_t longest = 1024) {
    LineEditor editor(longest);
    for (const Key& pressed : keys(bytes))
        editor.apply(pressed);
    return editor;
}

void expect_line(std::string_view bytes, std::string_view before,
                 std::string_view behind) {
    LineEditor editor = edited(bytes);
    EXPECT_EQ(editor.before_cursor(), before) << bytes;
    EXPECT_EQ(editor.behind_cursor(), behind) << bytes;
}

constexpr const char* kFamily = "👨‍👩‍👧";

TEST(LineEditor, InsertsAtTheCursor) {
    expect_line("ac\x1b[Db", "ab", "c");
    expect_line("\x1b[D\x1b[Ca", "a", "");
    expect_line("bc\x1b[Ha\x1b[F!", "abc!", "");
    expect_line(
        "bc\x01"
        "a\x05!",
        "abc!", "");
}

TEST(LineEditor, MovesAndErasesWholeGraphemes) {
    std::string family(kFamily);
    expect_line("a" + family + "b\x1b[D\x1b[D", "a", family + "b");
    expect_line("a" + family + "\x7f", "a", "");
    expect_line("e\u0301\x7f", "", "");
    expect_line("a" + family + "b\x1b[H\x1b[C\x1b[3~", "a", "b");
    expect_line("🇩🇪🇫🇷\x7f", "🇩🇪", "");
}

TEST(LineEditor, KeepsTheCursorOutOfAGraphemeThatForms) {
    expect_line("ax\x1b[D\u0301", "a\u0301", "x");
    // The letter joins the accent that stood alone behind it.
    expect_line(
        "\u0301\x01"
        "e",
        "e\u0301", "");
    // Once the letter between them is gone, the flag's halves join.
    expect_line("🇩x🇪\x1b[D\x7f", "🇩🇪", "");
}

TEST(LineEditor, ErasesNothingAtTheEnds) {
    expect_line("\x7f\x1b[3~\x0b\x15\x17", "", "");
    expect_line("a\x1b[3~", "a", "");
    expect_line("a\x01\x7f", "", "a");
}

TEST(LineEditor, KillsToEitherSideAndByWords) {
    expect_line("one two\x1b[D\x1b[D\x1b[D\x0b", "one ", "");
    expect_line("one two\x1b[D\x1b[D\x1b[D\x15", "", "two");
    expect_line("one two\x17", "one ", "");
    expect_line("one two  \x17", "one ", "");
    expect_line("one\x17", "", "");
    expect_line("  \x17", "", "");
    expect_line("one two three\x1b[D\x1b[D\x17", "one two ", "ee");
}

TEST(LineEditor, IgnoresWhatMeansNothingToALine) {
    expect_line("a\t\x02\x1b[A\x1b[5~b", "ab", "");
}

TEST(LineEditor, DoesNotGrowBeyondItsLimit) {
    LineEditor editor = edited("12345678é", 9);
    EXPECT_EQ(editor.before_cursor(), "12345678");
    editor.apply(typed("9"));
    editor.apply(typed("0"));
    EXPECT_EQ(editor.before_cursor(), "123456789");
}

TEST(LineEditor, GivesTheWholeLineAndBeginsTheNext) {
    LineEditor editor = edited("hello\x1b[D\x1b[D");
    EXPECT_EQ(editor.take(), "hello");
    EXPECT_TRUE(editor.empty());
    EXPECT_EQ(editor.before_cursor(), "");
}

TEST(VisibleText, CannotDriveTheTerminal) {
    EXPECT_EQ(visible_text("plain schön 美 😀 \\"), "plain schön 美 😀 \\");
    EXPECT_EQ(visible_text("a\tb"), "a b");
    EXPECT_EQ(visible_text("\x1b[2J\x07"), "�[2J�");
    EXPECT_EQ(visible_text("\u009b2J"), "�2J");
    EXPECT_EQ(visible_text("\xff"
                           "a\xe2\x82"),
              "�a��");
    EXPECT_EQ(visible_text("\u202ex"), "�x");
    EXPECT_EQ(visible_text("a\rb\nc"), "a�b�c");
}

TEST(VisibleText, ShowsWhatWouldLieOnItsNeighbours) {
    EXPECT_EQ(visible_text("\u0301x"), "�x");
    EXPECT_EQ(visible_text("\u200bx"), "�x");
    std::string pile = "a";
    for (int i = 0; i < 500; ++i)
        pile += "\u0301";
    EXPECT_LT(visible_text(pile).size(), 30u);
    EXPECT_EQ(columns(visible_text(pile)), 1);
}

using Rows = std::vector<std::string_view>;

TEST(Wrap, CutsBetweenWordsIfItCan) {
    EXPECT_EQ(wrap("", 10), Rows{""});
    EXPECT_EQ(wrap("one two", 7), Rows{"one two"});
    EXPECT_EQ(wrap("one two", 6), (Rows{"one ", "two"}));
    EXPECT_EQ(wrap("one two", 3), (Rows{"one ", "two"}));
    EXPECT_EQ(wrap("one two", 2), (Rows{"on", "e ", "tw", "o"}));
    EXPECT_EQ(wrap("abcdef", 4), (Rows{"abcd", "ef"}));
    EXPECT_EQ(wrap("a bcdef", 4), (Rows{"a ", "bcde", "f"}));
}

TEST(Wrap, CountsColumnsAndNotBytes) {
    EXPECT_EQ(wrap("ééé", 2), (Rows{"éé", "é"}));
    EXPECT_EQ(wrap("美美美", 5), (Rows{"美美", "美"}));
    EXPECT_EQ(wrap("美美", 1), (Rows{"美", "美"}));
}

// A screen with these messages and this line typed.
Picture picture(const std::deque<std::string>& messages, std::string_view line,
                Size size, std::string_view prompt = "> ") {
    LineEditor editor = edited(line);
    return lay_out({messages, "status", prompt, editor}, size);
}

using Drawn = std::vector<std::string>;

TEST(Layout, ShowsMessagesFromTheTopAndTheLineAtTheBottom) {
    Picture drawn = picture({"one", "two"}, "abc\x1b[D", {6, 10});
    EXPECT_EQ(drawn.rows, (Drawn{"one", "two", "", "", "status    ", "> abc"}));
    EXPECT_EQ(drawn.status_row, 4);
    EXPECT_EQ(drawn.cursor_row, 5);
    EXPECT_EQ(drawn.cursor_column, 4);
}

TEST(Layout, ShowsTheLastMessagesWhenThereAreTooMany) {
    Picture drawn = picture({"one", "two", "three four"}, "", {5, 6});
    EXPECT_EQ(drawn.rows, (Drawn{"two", "three ", "four", "status", "> "}));
}

TEST(Layout, GivesUpTheStatusBarAndThenTheMessages) {
    EXPECT_EQ(picture({"one"}, "x", {2, 10}).rows, (Drawn{"one", "> x"}));
    EXPECT_EQ(picture({"one"}, "x", {1, 10}).rows, Drawn{"> x"});
}

TEST(Layout, KeepsTheCursorAndWhatIsUnderItInSight) {
    Picture end = picture({}, "abcdefghij", {1, 8});
    EXPECT_EQ(end.rows, Drawn{"> fghij"});
    EXPECT_EQ(end.cursor_column, 7);

    Picture middle = picture({}, "abcdefghij\x1b[D\x1b[D\x1b[D", {1, 8});
    EXPECT_EQ(middle.rows, Drawn{"> cdefgh"});
    EXPECT_EQ(middle.cursor_column, 7);

    Picture wide = picture({}, "abcdef美\x1b[D", {1, 8});
    EXPECT_EQ(wide.rows, Drawn{"> cdef美"});
    EXPECT_EQ(wide.cursor_column, 6);

    Picture begin = picture({}, "abcdefghij\x1b[H", {1, 8});
    EXPECT_EQ(begin.rows, Drawn{"> abcdef"});
    EXPECT_EQ(begin.cursor_column, 2);
}

TEST(Layout, FitsIntoAnyScreen) {
    std::deque<std::string> messages{"one two", "美美美美", kFamily, ""};
    for (std::string_view line :
         {"", "abc", "abcdef美\x1b[D", "👨‍👩‍👧é"}) {
        for (int rows = 1; rows < 7; ++rows) {
            for (int width = 1; width < 12; ++width) {
                Picture drawn = picture(messages, line, {rows, width});
                ASSERT_EQ(drawn.rows.size(), std::size_t(rows));
                EXPECT_EQ(drawn.cursor_row, rows - 1);
                EXPECT_GE(drawn.cursor_column, 0);
                EXPECT_LT(drawn.cursor_column, width);
                for (const std::string& row : drawn.rows) {
                    EXPECT_LE(columns(row), width) << row;
                }
            }
        }
    }
}

TEST(Conversation, BeginsWithAName) {
    Conversation talk;
    EXPECT_EQ(talk.typed("Ann"), "CONNECT Ann\n");
    EXPECT_FALSE(talk.joined());
    EXPECT_EQ(talk.heard("Welcome! 1 user(s) are online!"),
              "Welcome! 1 user(s) are online!");
    EXPECT_TRUE(talk.joined());
    EXPECT_EQ(talk.name(), "Ann");
    EXPECT_EQ(talk.typed("hello"), "hello\n");
    EXPECT_EQ(talk.typed("CONNECT Bob"), "CONNECT Bob\n");
}

TEST(Conversation, TriesAnotherNameWhenTheFirstIsRefused) {
    Conversation talk;
    talk.typed("Ann");
    talk.heard("! 433 that name is taken");
    EXPECT_TRUE(talk.refused());
    EXPECT_EQ(talk.typed("Bob"), "CONNECT Bob\n");
    EXPECT_FALSE(talk.refused());
    talk.heard("Welcome! 2 user(s) are online!");
    EXPECT_EQ(talk.name(), "Bob");
    talk.heard("! 433 that name is taken");
    EXPECT_FALSE(talk.refused());
}

TEST(Conversation, KeepsItsSignOfLifeToItself) {
    Conversation talk;
    EXPECT_EQ(talk.sign_of_life(), "/ping alive\n");
    EXPECT_EQ(talk.heard("-server- pong alive"), std::nullopt);
    EXPECT_EQ(talk.heard("-server- pong"), "-server- pong");
    EXPECT_EQ(talk.heard("Ann: -server- pong alive"),
              "Ann: -server- pong alive");
}

TEST(Conversation, ShowsNothingThatDrivesTheTerminal) {
    Conversation talk;
    EXPECT_EQ(talk.heard("Ann: \x1b]0;x\x07"), "Ann: �]0;x�");
}

}  // namespace
