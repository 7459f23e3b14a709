// From a terminal's bytes to the line being typed: keys, line editor, and what
// help it has. No terminal is needed for any of it.

#include "07-chat/graphemes.hpp"
#include "07-chat/line_editor.hpp"
#include "tests/07_client_support.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace tincan::chat {

// For GoogleTest's messages.
void PrintTo(const Key& key, std::ostream* out) {
    *out << static_cast<int>(key.kind) << " \"" << key.text << '"';
}

}  // namespace tincan::chat

namespace {

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

TEST(KeyDecoder, KnowsWhatATerminalTellsIfAsked) {
    using enum Key::Kind;
    expect_keys(
        "\x1b[200~x\ry\x1b[201~",
        {key(paste_begin), typed("x"), key(enter), typed("y"), key(paste_end)});
    expect_keys("\x1b[Ox\x1b[I", {key(focus_out), typed("x"), key(focus_in)});
    // A key of the keypad, and no such thing.
    expect_keys("\x1bOIx\x1b[1Ix", {typed("x"), typed("x")});
}

TEST(KeyDecoder, LeavesNoTailOfASequenceItDoesNotKnow) {
    expect_keys("\x1b[15~x", {typed("x")});
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

TEST(LineEditor, TakesAsMuchOfATextAsThereIsRoomFor) {
    LineEditor editor = edited("ad\x1b[D", 9);
    EXPECT_TRUE(editor.insert("bé"));
    EXPECT_EQ(editor.before_cursor(), "abé");
    EXPECT_FALSE(editor.insert("12e\u0301x"));
    EXPECT_EQ(editor.text(), "abé12d");
    EXPECT_FALSE(editor.insert("😀"));
    EXPECT_TRUE(editor.insert(""));
    EXPECT_EQ(editor.text(), "abé12d");
    editor.set("new");
    EXPECT_EQ(editor.before_cursor(), "new");
}

TEST(LineEditor, ReplacesTheEndOfWhatIsBeforeTheCursor) {
    LineEditor editor = edited("to an!\x1b[D", 10);
    editor.replace_before(2, "Ann ");
    EXPECT_EQ(editor.before_cursor(), "to Ann ");
    EXPECT_EQ(editor.behind_cursor(), "!");
    editor.replace_before(4, "Anastasia ");  // no room
    EXPECT_EQ(editor.text(), "to Ann !");
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

}  // namespace
