// Writing a line with all that helps: history, completion of names, and the
// question before much pasted text is sent.

#include "07-chat/composer.hpp"
#include "tests/07_client_support.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace {

using Strings = std::vector<std::string>;

constexpr const char* kUp = "\x1b[A";
constexpr const char* kDown = "\x1b[B";

TEST(History, GoesBackAndComesForwardToWhatWasBeingTyped) {
    History history(10);
    EXPECT_EQ(history.older("draft"), std::nullopt);
    history.add("one");
    history.add("two");
    history.add("two");
    EXPECT_EQ(history.newer(), std::nullopt);
    EXPECT_EQ(history.older("draft"), "two");
    EXPECT_EQ(history.older("two, changed"), "one");
    EXPECT_EQ(history.older("one"), std::nullopt);
    EXPECT_EQ(history.newer(), "two");
    EXPECT_EQ(history.newer(), "draft");
    EXPECT_EQ(history.newer(), std::nullopt);
}

TEST(History, ForgetsTheOldest) {
    History history(2);
    for (const char* line : {"one", "two", "three"})
        history.add(line);
    EXPECT_EQ(history.older(""), "three");
    EXPECT_EQ(history.older(""), "two");
    EXPECT_EQ(history.older(""), std::nullopt);
}

TEST(People, AreCountedAsTheyComeAndGo) {
    People people(100);
    people.here("Ann");
    people.here("ann");  // the same
    people.here("not a name");
    people.spoke("Bob", true);
    people.spoke("Cid", false);
    EXPECT_EQ(people.count(), 2U);
    people.gone("BOB");
    people.gone("Dan");
    EXPECT_EQ(people.count(), 1U);
    people.renamed("Ann", "Anna");
    EXPECT_EQ(people.beginning_with("an"), Strings{"Anna"});
    people.and_more(5);
    EXPECT_EQ(people.count(), 6U);
    people.spoke("Eve", true);  // one of the five
    people.gone("Fay");         // and another
    EXPECT_EQ(people.count(), 5U);
    people.clear();
    EXPECT_EQ(people.count(), 0U);
}

TEST(People, AreFoundByWhatTheirNamesBeginWith) {
    People people(100);
    for (const char* name : {"Ann", "Ánna", "Anton", "ﬁfi", "Me"})
        people.here(name);
    people.i_am("me");
    EXPECT_EQ(people.beginning_with("AN"), (Strings{"Ann", "Anton"}));
    people.spoke("anton", true);
    EXPECT_EQ(people.beginning_with("an"), (Strings{"Anton", "Ann"}));
    EXPECT_EQ(people.beginning_with("á"), Strings{"Ánna"});
    EXPECT_EQ(people.beginning_with("Me"), Strings{}) << "that is me";
    EXPECT_EQ(people.beginning_with("\xff"), Strings{});
}

TEST(People, AreBoundedInNumber) {
    People people(3);
    for (const char* name : {"A", "B", "C", "D", "E"})
        people.here(name);
    EXPECT_EQ(people.count(), 5U);
    EXPECT_EQ(people.beginning_with("").size(), 3U);
    people.spoke("X", false);
    EXPECT_EQ(people.count(), 5U) << "who is pushed out is still here";
}

class Composing : public testing::Test {
protected:
    Composing() {
        for (const char* name : {"Anton", "Bob", "Ann"})
            people_.here(name);
        people_.spoke("Ann", true);
    }

    // The lines that these keys end.
    Strings press(std::string_view bytes) {
        Strings lines;
        for (const Key& key : keys(bytes)) {
            for (std::string& line : composer_.press(key, people_))
                lines.push_back(std::move(line));
        }
        return lines;
    }
    Strings paste(const std::string& text) {
        return press("\x1b[200~" + text + "\x1b[201~");
    }

    void expect_line(std::string_view before, std::string_view behind = "") {
        EXPECT_EQ(composer_.line().before_cursor(), before);
        EXPECT_EQ(composer_.line().behind_cursor(), behind);
    }

    People people_{100};
    Composer composer_{40};
};

TEST_F(Composing, EndsALineWithEnterButNoEmptyOne) {
    EXPECT_EQ(press("one\r\r\rtwo\x01\r"), (Strings{"one", "two"}));
    expect_line("");
}

TEST_F(Composing, RecallsWhatWasEntered) {
    press("one\rtwo\rdraft");
    press(kUp);
    expect_line("two");
    press(kUp + std::string(kUp));
    expect_line("one");
    EXPECT_EQ(press("!\r"), Strings{"one!"});
    press(kUp);
    expect_line("one!");
    press(kDown);
    expect_line("");
    press(kDown);
    expect_line("");
}

TEST_F(Composing, BringsTheDraftBack) {
    press("one\rdraft\x1b[D");
    press(kUp);
    press(kDown);
    expect_line("draft");
}

TEST_F(Composing, CompletesNames) {
    press("an\t");
    expect_line("Ann: ");
    press("\t");
    expect_line("Anton: ");
    press("\t");
    expect_line("an");
    press("\t");
    expect_line("Ann: ");
    EXPECT_EQ(press("hi\r"), Strings{"Ann: hi"});
}

TEST_F(Composing, CompletesInsideALineWithoutAColon) {
    press("/msg bhi\x1b[D\x1b[D\t");
    expect_line("/msg Bob ", "hi");
    press("\x7f\t");
    expect_line("/msg Bob ", "hi");
}

TEST_F(Composing, LeavesAloneWhatItCannotComplete) {
    press("\t");
    expect_line("");
    press("xyz\t");
    expect_line("xyz");
    press(" \t");
    expect_line("xyz ");
}

TEST_F(Composing, DoesNotCompleteBeyondTheLimit) {
    press(std::string(36, 'x') + " an\t");
    expect_line(std::string(36, 'x') + " an");
    press("\t\x7f\x7f\x7f\x7f\x7f\x7f an\t");
    expect_line(std::string(33, 'x') + " Ann ");
}

TEST_F(Composing, BeginsCompletionAfreshAfterAnotherKey) {
    press("an\t\x1b[D\x1b[C\t");
    expect_line("Ann: ");
}

TEST_F(Composing, PutsAPastedWordIntoTheLine) {
    press("ac\x1b[D");
    EXPECT_EQ(paste("b\tx\x1b[A\x01"), Strings{});
    expect_line("ab x", "c");
}

TEST_F(Composing, SendsAFewPastedLinesAsIfTheyWereTyped) {
    press("say ");
    EXPECT_EQ(paste("one\r\ntwo\r\r\nthree\nrest"),
              (Strings{"say one", "two", "three"}));
    expect_line("rest");
    EXPECT_EQ(paste("1\r2\r3\r4\r5\r"), (Strings{"rest1", "2", "3", "4", "5"}));
    expect_line("");
}

TEST_F(Composing, AsksBeforeItSendsMoreThanFiveLines) {
    press("x");
    EXPECT_EQ(paste("1\r2\r3\r4\r5\r6"), Strings{});
    EXPECT_EQ(composer_.question(), "Send 6 lines? (y/n) ");
    expect_line("x");
    EXPECT_EQ(press("a \r\t"), Strings{}) << "no answer";
    EXPECT_TRUE(composer_.question());
    EXPECT_EQ(press("y"), (Strings{"x1", "2", "3", "4", "5"}));
    expect_line("6");
    EXPECT_FALSE(composer_.question());
}

TEST_F(Composing, SendsNothingOfItAfterANo) {
    for (const char* no : {"n", "N"}) {
        paste("1\r2\r3\r4\r5\r6\r");
        EXPECT_EQ(press(no), Strings{});
        EXPECT_EQ(composer_.take_remark(), "Nothing was sent.");
        EXPECT_FALSE(composer_.question());
    }
    paste("1\r2\r3\r4\r5\r6\r");
    composer_.press({Key::Kind::escape}, people_);
    EXPECT_FALSE(composer_.question());
    expect_line("");
    EXPECT_EQ(composer_.take_remark(), "Nothing was sent.");
    EXPECT_EQ(composer_.take_remark(), "") << "told once";
}

TEST_F(Composing, SaysWhatOfAPasteWasCutOff) {
    EXPECT_EQ(paste(std::string(50, 'x') + "\rshort"),
              Strings{std::string(40, 'x')});
    EXPECT_EQ(composer_.take_remark(),
              "What was too long for a line was cut off.");
    expect_line("short");
}

TEST_F(Composing, TakesNoPasteWithoutEnd) {
    press("\x1b[200~");
    std::string piece(1000, 'x');
    for (int i = 0; i < 1000; ++i)
        press(piece + "\r");
    EXPECT_EQ(press("\x1b[201~"), Strings{});
    EXPECT_EQ(composer_.take_remark(),
              "That is more than 64 KiB: nothing was pasted.");
    EXPECT_EQ(press("ok\r"), Strings{"ok"});
}

// The terminal's marks are all that ends a paste.
TEST_F(Composing, IsNotOutwittedByKeysInAPaste) {
    EXPECT_EQ(paste("a\x1b[200~\tb\x04\x15"), Strings{});
    expect_line("a b");
    EXPECT_EQ(press("\x1b[201~c\r"), Strings{"a bc"});
}

}  // namespace
