// From what was said to the rows of a screen of any size: wrapping, scrolling
// back, the status bar. No terminal is needed for any of it.

#include "07-chat/graphemes.hpp"
#include "07-chat/layout.hpp"
#include "07-chat/palette.hpp"
#include "tests/07_client_support.hpp"

#include <cmath>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

using Rows = std::vector<std::string_view>;
using Drawn = std::vector<std::string>;

Drawn drawn(const std::vector<Row>& rows) {
    Drawn all;
    for (const Row& row : rows)
        all.push_back(text_of(row));
    return all;
}

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

Message said(std::string text) {
    return {"14:05", std::move(text)};
}

TEST(Message, HasItsTimeInAColumnOfItsOwnWhereThereIsRoom) {
    Message message =
        said("Ann: one two three four five six seven eight nine ten eleven");
    EXPECT_EQ(drawn(rows_of(message, 40)),
              (Drawn{"14:05 Ann: one two three four five six ",
                     "      seven eight nine ten eleven"}));
    EXPECT_EQ(drawn(rows_of(message, 39))[0],
              "Ann: one two three four five six seven ");
    message.time = "";
    EXPECT_EQ(drawn(rows_of(message, 200)), Drawn{"      " + message.text});
}

TEST(Message, HasTheNameInItsColourWhereverItIsCut) {
    Message message{"", "* Ann waves", Tone::plain, 2, 3};
    std::uint32_t colour = colour_number("Ann");
    EXPECT_EQ(rows_of(message, 20),
              std::vector<Row>{
                  (Row{{"* "}, {"Ann", Tone::name, colour}, {" waves"}})});
    EXPECT_EQ(rows_of(message, 2),
              (std::vector<Row>{{{"* "}},
                                {{"An", Tone::name, colour}},
                                {{"n", Tone::name, colour}, {" "}},
                                {{"wa"}},
                                {{"ve"}},
                                {{"s"}}}));
}

// Black and white are the two backgrounds; the formula is WCAG's.
double contrast(int colour, double background) {
    auto part = [](int level) {
        double value = (level == 0 ? 0 : 55 + 40 * level) / 255.0;
        return value <= 0.03928 ? value / 12.92
                                : std::pow((value + 0.055) / 1.055, 2.4);
    };
    int cube = colour - 16;
    double light = 0.2126 * part(cube / 36) + 0.7152 * part(cube / 6 % 6) +
                   0.0722 * part(cube % 6);
    return background > light ? (background + 0.05) / (light + 0.05)
                              : (light + 0.05) / (background + 0.05);
}

TEST(Palette, CanBeReadOnDarkAndOnLight) {
    for (int colour : kNameColours) {
        EXPECT_GE(contrast(colour, 0), 4) << colour;
        EXPECT_GE(contrast(colour, 1), 4) << colour;
    }
    EXPECT_LT(contrast(21, 0), 3) << "pure blue, which it must find bad";
}

TEST(Palette, GivesNamesTheSameColourEveryDayAndManyOfThem) {
    EXPECT_EQ(colour_number("Ann"), 2008383757U);
    std::set<std::size_t> colours;
    for (const char* name : {"Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus"}) {
        colours.insert(colour_number(name) % kNameColours.size());
    }
    EXPECT_GE(colours.size(), 5U);
}

// A conversation of so many messages, "0", "1", and so on.
Scrollback numbered(int count, std::size_t most = 5000) {
    Scrollback talk(most, std::size_t{1} << 20);
    for (int i = 0; i < count; ++i)
        talk.add({"", std::to_string(i)});
    return talk;
}

TEST(Scrollback, FollowsTheLastMessage) {
    Scrollback talk = numbered(3);
    EXPECT_EQ(drawn(talk.rows({5, 20})), (Drawn{"0", "1", "2"}));
    EXPECT_EQ(drawn(talk.rows({2, 20})), (Drawn{"1", "2"}));
    talk.add({"", "3"});
    EXPECT_EQ(drawn(talk.rows({2, 20})), (Drawn{"2", "3"}));
    EXPECT_TRUE(talk.at_end());
    EXPECT_EQ(drawn(numbered(0).rows({2, 20})), Drawn{});
}

TEST(Scrollback, GoesBackByPagesThatShareARow) {
    Scrollback talk = numbered(10);
    Size size{4, 20};
    talk.page_up(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"3", "4", "5", "6"}));
    EXPECT_EQ(talk.below(), 3U);
    talk.page_up(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"0", "1", "2", "3"}));
    talk.page_up(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"0", "1", "2", "3"}));
    talk.page_down(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"3", "4", "5", "6"}));
    talk.page_down(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"6", "7", "8", "9"}));
    EXPECT_TRUE(talk.at_end());
}

TEST(Scrollback, HasNowhereToGoWhenAllIsInSight) {
    Scrollback talk = numbered(3);
    talk.page_up({3, 20});
    EXPECT_TRUE(talk.at_end());
    talk.page_down({3, 20});
    EXPECT_EQ(drawn(talk.rows({3, 20})), (Drawn{"0", "1", "2"}));
}

TEST(Scrollback, DoesNotMoveWhenMessagesArrive) {
    Scrollback talk = numbered(10);
    Size size{4, 20};
    talk.page_up(size);
    Drawn before = drawn(talk.rows(size));
    for (int i = 0; i < 100; ++i)
        talk.add({"", "later"});
    EXPECT_EQ(drawn(talk.rows(size)), before);
    EXPECT_EQ(talk.below(), 103U);
    talk.to_end();
    EXPECT_EQ(drawn(talk.rows(size)),
              (Drawn{"later", "later", "later", "later"}));
}

TEST(Scrollback, KeepsItsPlaceOnAScreenOfAnotherSize) {
    Scrollback talk(100, 10000);
    for (char c = 'a'; c < 'k'; ++c)
        talk.add({"", std::string(10, c)});
    talk.page_up({4, 10});
    EXPECT_EQ(drawn(talk.rows({4, 10})).back(), std::string(10, 'g'));
    EXPECT_EQ(drawn(talk.rows({4, 5})).back(), std::string(5, 'g'));
    EXPECT_EQ(drawn(talk.rows({2, 20})).back(), std::string(10, 'g'));
    // No empty rows while there is something to fill them with.
    EXPECT_EQ(drawn(talk.rows({9, 20})).back(), std::string(10, 'i'));
    EXPECT_EQ(drawn(talk.rows({50, 20})).size(), 10U);
    EXPECT_TRUE(talk.at_end());
}

TEST(Scrollback, ForgetsTheOldestAboveItsBounds) {
    Scrollback talk = numbered(12, 10);
    EXPECT_EQ(drawn(talk.rows({99, 20})).front(), "2");
    Scrollback narrow(1000, 30);
    for (int i = 0; i < 5; ++i)
        narrow.add({"", std::string(10, static_cast<char>('a' + i))});
    EXPECT_EQ(drawn(narrow.rows({99, 20})).size(), 3U);
    narrow.add({"", std::string(31, 'x')});
    EXPECT_EQ(drawn(narrow.rows({99, 20})), Drawn{});
    narrow.add({"", "goes on"});
    EXPECT_EQ(drawn(narrow.rows({99, 20})), Drawn{"goes on"});
}

TEST(Scrollback, StaysInSightWhenItsPlaceIsForgotten) {
    Scrollback talk = numbered(10, 10);
    Size size{4, 20};
    talk.page_up(size);
    for (int i = 10; i < 30; ++i)
        talk.add({"", std::to_string(i)});
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"20", "21", "22", "23"}));
    talk.page_down(size);
    EXPECT_EQ(drawn(talk.rows(size)), (Drawn{"23", "24", "25", "26"}));
}

// Where the mark is: the row below it, or "".
std::string marked(Scrollback& talk) {
    Drawn rows = drawn(talk.rows({50, 9}));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        if (rows[i] == "── new ──") return rows[i + 1];
    }
    return "";
}

TEST(Scrollback, MarksWhatCameWhileTheUserWasAway) {
    Scrollback talk = numbered(3);
    EXPECT_EQ(marked(talk), "");
    talk.look_away();
    EXPECT_EQ(marked(talk), "");
    talk.add({"", "3"});
    talk.add({"", "4"});
    EXPECT_EQ(marked(talk), "3");
    talk.look_back();
    talk.add({"", "5"});
    EXPECT_EQ(marked(talk), "3") << "it stays until it is no longer needed";
    talk.look_away();
    talk.add({"", "6"});
    EXPECT_EQ(marked(talk), "6") << "the rest was seen";
    talk.look_back();
    talk.to_end();
    EXPECT_EQ(marked(talk), "");
}

TEST(Scrollback, MarksWhatCameBelowTheView) {
    Scrollback talk = numbered(10);
    talk.page_up({4, 9});
    talk.add({"", "10"});
    talk.add({"", "11"});
    while (!talk.at_end())
        talk.page_down({4, 9});
    EXPECT_EQ(marked(talk), "10");
}

TEST(StatusBar, GivesUpWhatMattersLeast) {
    Status status;
    EXPECT_EQ(status_bar(status, 5), "     ");
    status = {"Ann", "lobby", 3, 2ms, "connected", "server:1", false, 0};
    EXPECT_EQ(status_bar(status, 60),
              " Ann · lobby, 3 people · lag 2 ms · connected to server:1   ");
    EXPECT_EQ(status_bar(status, 50),
              " Ann · lobby, 3 people · lag 2 ms · connected     ");
    EXPECT_EQ(status_bar(status, 40),
              " Ann · lobby, 3 people · connected      ");
    EXPECT_EQ(status_bar(status, 20), " Ann · connected    ");
    EXPECT_EQ(status_bar(status, 12), " connected  ");
    EXPECT_EQ(status_bar(status, 4), " con");
    status.scrolled = true;
    EXPECT_EQ(status_bar(status, 40),
              " Ann · connected             more below ");
    status.below = 12;
    EXPECT_EQ(status_bar(status, 31), " Ann · connected 12 more below ");
    status.scrolled = false;
    status.people = 1;
    status.lag = 1234ms;
    EXPECT_EQ(status_bar(status, 50),
              " Ann · lobby, only you · lag 1.2 s · connected    ");
}

Picture picture(const Drawn& messages, std::string_view line, Size size,
                std::string_view prompt = "> ") {
    LineEditor editor = edited(line);
    Scrollback talk(5000, std::size_t{1} << 20);
    for (const std::string& message : messages)
        talk.add({"", message});
    Status status;
    status.connection = "status";
    return lay_out({talk, status, prompt, &editor}, size);
}

TEST(Layout, ShowsMessagesFromTheTopAndTheLineAtTheBottom) {
    Picture shown = picture({"one", "two"}, "abc\x1b[D", {6, 10});
    EXPECT_EQ(drawn(shown.rows),
              (Drawn{"one", "two", "", "", " status   ", "> abc"}));
    EXPECT_EQ(shown.rows[4][0].tone, Tone::bar);
    EXPECT_EQ(shown.cursor_row, 5);
    EXPECT_EQ(shown.cursor_column, 4);
}

TEST(Layout, ShowsTheLastMessagesWhenThereAreTooMany) {
    Picture shown = picture({"one", "two", "three four"}, "", {5, 7});
    EXPECT_EQ(drawn(shown.rows),
              (Drawn{"two", "three ", "four", " status", "> "}));
}

TEST(Layout, GivesUpTheStatusBarAndThenTheMessages) {
    EXPECT_EQ(drawn(picture({"one"}, "x", {2, 10}).rows),
              (Drawn{"one", "> x"}));
    EXPECT_EQ(drawn(picture({"one"}, "x", {1, 10}).rows), Drawn{"> x"});
}

TEST(Layout, KeepsTheCursorAndWhatIsUnderItInSight) {
    Picture end = picture({}, "abcdefghij", {1, 8});
    EXPECT_EQ(drawn(end.rows), Drawn{"> fghij"});
    EXPECT_EQ(end.cursor_column, 7);

    Picture middle = picture({}, "abcdefghij\x1b[D\x1b[D\x1b[D", {1, 8});
    EXPECT_EQ(drawn(middle.rows), Drawn{"> cdefgh"});
    EXPECT_EQ(middle.cursor_column, 7);

    Picture wide = picture({}, "abcdef美\x1b[D", {1, 8});
    EXPECT_EQ(drawn(wide.rows), Drawn{"> cdef美"});
    EXPECT_EQ(wide.cursor_column, 6);

    Picture begin = picture({}, "abcdefghij\x1b[H", {1, 8});
    EXPECT_EQ(drawn(begin.rows), Drawn{"> abcdef"});
    EXPECT_EQ(begin.cursor_column, 2);
}

TEST(Layout, ShowsAQuestionInPlaceOfTheLine) {
    Scrollback talk(10, 100);
    Status status;
    Picture asked = lay_out({talk, status, "Send 7? ", nullptr}, {1, 20});
    EXPECT_EQ(drawn(asked.rows), Drawn{"Send 7? "});
    EXPECT_EQ(asked.cursor_column, 8);
    asked = lay_out({talk, status, "Send 7? ", nullptr}, {1, 4});
    EXPECT_EQ(drawn(asked.rows), Drawn{"Send"});
    EXPECT_EQ(asked.cursor_column, 3);
}

TEST(Layout, FitsIntoAnyScreen) {
    Drawn messages{"one two", "美美美美", "👨‍👩‍👧", ""};
    for (std::string_view line :
         {"", "abc", "abcdef美\x1b[D", "👨‍👩‍👧é"}) {
        for (int rows = 1; rows < 7; ++rows) {
            for (int width = 1; width < 12; ++width) {
                Picture shown = picture(messages, line, {rows, width});
                ASSERT_EQ(shown.rows.size(), std::size_t(rows));
                EXPECT_EQ(shown.cursor_row, rows - 1);
                EXPECT_GE(shown.cursor_column, 0);
                EXPECT_LT(shown.cursor_column, width);
                for (const Row& row : shown.rows) {
                    EXPECT_LE(columns(text_of(row)), width) << text_of(row);
                }
            }
        }
    }
}

}  // namespace
