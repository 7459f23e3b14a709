// What the client makes of the server's lines, and what it says by itself.

#include "07-chat/catch_up.hpp"
#include "07-chat/conversation.hpp"
#include "07-chat/desk.hpp"
#include "tests/07_client_support.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

using Kind = Heard::Kind;

void expect_heard(std::string_view line, Kind kind, std::string_view name,
                  std::string_view text) {
    Heard heard = understand(line);
    EXPECT_EQ(heard.kind, kind) << line;
    EXPECT_EQ(heard.name, name) << line;
    EXPECT_EQ(heard.text, text) << line;
    EXPECT_EQ(heard.line.substr(heard.name_at, name.size()), name) << line;
}

TEST(Heard, IsWhatTheServersLinesSay) {
    expect_heard("Welcome! 2 user(s) are online!", Kind::welcome, "",
                 "2 user(s) are online!");
    expect_heard("Ann connected!", Kind::connected, "Ann", "connected!");
    expect_heard("Ann: hi: you", Kind::says, "Ann", "hi: you");
    expect_heard("Ann-Lee: ", Kind::says, "Ann-Lee", "");
    expect_heard("-Ann-Lee- psst - you", Kind::whispers, "Ann-Lee",
                 "psst - you");
    expect_heard("-server- pong", Kind::notice, "", "pong");
    expect_heard("! 433 that name is taken", Kind::refused, "",
                 "433 that name is taken");
    expect_heard("* Bob waves", Kind::acts, "Bob", "waves");
    expect_heard("* Bob is now known as Bed", Kind::renamed, "Bob", "Bed");
    expect_heard("* Bob has gone to x", Kind::went, "Bob", "x");
    expect_heard("* Bob has come from x", Kind::came, "Bob", "x");
    expect_heard("Bob has left the chat (bye)", Kind::left, "Bob",
                 "has left the chat (bye)");
}

TEST(Heard, MayBeAnything) {
    for (std::string_view line :
         {"", " ", ":", ": x", "-", "- x", "-x", "* ", "*", "* x", "Ann",
          "Ann is here", "connected!", " connected!", " has left the chat"}) {
        EXPECT_EQ(understand(line).kind, Kind::other) << line;
        EXPECT_EQ(understand(line).line, line);
    }
    EXPECT_EQ(understand("A\x1b[2J: \xff").line, "A�[2J: �");
}

TEST(Heard, TellsWhoIsHere) {
    auto here = who_is_here(understand("-server- in lobby: Ann, Bob"));
    ASSERT_TRUE(here);
    Heard heard = understand("-server- in lobby: Ann, Bob");
    here = who_is_here(heard);
    EXPECT_EQ(here->room, "lobby");
    EXPECT_EQ(here->names, (std::vector<std::string_view>{"Ann", "Bob"}));
    EXPECT_FALSE(who_is_here(understand("-server- in time")));
    EXPECT_FALSE(who_is_here(understand("-server- rooms: lobby (1)")));
    EXPECT_FALSE(who_is_here(understand("-Ann- in lobby: Ann")));
    EXPECT_EQ(and_more(understand("-server- and 12 more")), 12U);
    EXPECT_EQ(and_more(understand("-server- and more")), std::nullopt);
    EXPECT_EQ(online(understand("Welcome! 3 user(s) are online!")), 3U);
    EXPECT_EQ(online(understand("Welcome! 99999999999999999999999")), 0U);
}

constexpr TimePoint kStart{};

std::string shown(Conversation& talk, std::string_view line,
                  TimePoint now = kStart) {
    std::optional<Heard> heard = talk.heard(line, now);
    return heard && !heard->quiet ? heard->line : "(nothing)";
}

TEST(Conversation, BeginsWithAName) {
    Conversation talk;
    EXPECT_EQ(talk.typed("Ann"), "CONNECT Ann\n");
    EXPECT_FALSE(talk.joined());
    EXPECT_EQ(shown(talk, "Welcome! 1 user(s) are online!"),
              "Welcome! 1 user(s) are online!");
    EXPECT_TRUE(talk.joined());
    EXPECT_EQ(talk.name(), "Ann");
    EXPECT_EQ(talk.typed("hello"), "hello\n");
    EXPECT_EQ(talk.typed("CONNECT Bob"), "CONNECT Bob\n");
    EXPECT_EQ(talk.take_answer(), "") << "a script asks nothing by itself";
}

TEST(Conversation, TriesAnotherNameWhenTheFirstIsRefused) {
    Conversation talk;
    talk.typed("Ann");
    shown(talk, "! 433 that name is taken");
    EXPECT_TRUE(talk.refused());
    EXPECT_EQ(talk.typed("Bob"), "CONNECT Bob\n");
    EXPECT_FALSE(talk.refused());
    shown(talk, "Welcome! 2 user(s) are online!");
    EXPECT_EQ(talk.name(), "Bob");
    shown(talk, "! 433 that name is taken");
    EXPECT_FALSE(talk.refused());
}

// In the lobby.
Conversation joined(std::string name = "Ann") {
    Conversation talk;
    talk.typed(name);
    shown(talk, "Welcome! 1 user(s) are online!");
    shown(talk, name + " connected!");
    return talk;
}

TEST(Conversation, KeepsItsSignOfLifeToItself) {
    Conversation talk;
    EXPECT_EQ(talk.sign_of_life(kStart), "") << "not before there is a name";
    talk = joined();
    EXPECT_EQ(talk.sign_of_life(kStart), "/ping alive-1\n");
    EXPECT_EQ(shown(talk, "-server- pong alive-2"), "-server- pong alive-2");
    EXPECT_EQ(shown(talk, "-server- pong alive-1"), "(nothing)");
    EXPECT_EQ(shown(talk, "-server- pong"), "-server- pong");
    EXPECT_EQ(shown(talk, "Bob: -server- pong alive-1"),
              "Bob: -server- pong alive-1");
}

TEST(Conversation, MeasuresTheLagByItsPings) {
    Conversation talk = joined();
    talk.sign_of_life(kStart);
    EXPECT_EQ(talk.lag(), std::nullopt);
    EXPECT_EQ(talk.silent_since(), std::nullopt)
        << "it may be one that never answers";
    shown(talk, "-server- pong alive-1", kStart + 7ms);
    EXPECT_EQ(talk.lag(), 7ms);
    talk.sign_of_life(kStart + 20s);
    EXPECT_EQ(talk.silent_since(), kStart + 20s);
    shown(talk, "Bob: hello", kStart + 21s);
    EXPECT_EQ(talk.silent_since(), kStart + 20s);
    shown(talk, "-server- pong alive-2", kStart + 22s);
    EXPECT_EQ(talk.silent_since(), std::nullopt);
    EXPECT_EQ(talk.lag(), 2s);
}

TEST(Conversation, StopsPingingAServerThatTellsItToEverybody) {
    Conversation talk = joined();
    talk.sign_of_life(kStart);
    EXPECT_EQ(shown(talk, "Bob: /ping alive-1"), "Bob: /ping alive-1");
    EXPECT_EQ(shown(talk, "Ann: /ping alive-1"), "(nothing)");
    EXPECT_EQ(talk.sign_of_life(kStart), "");
}

TEST(Conversation, AsksQuietlyWhoIsInTheRoom) {
    Conversation talk;
    talk.be_curious();
    talk.typed("Ann");
    shown(talk, "Welcome! 1 user(s) are online!");
    EXPECT_EQ(talk.take_answer(), "/ping alive-1\n");
    EXPECT_EQ(talk.take_answer(), "");
    shown(talk, "Ann connected!");
    EXPECT_EQ(shown(talk, "-server- in lobby: x"), "-server- in lobby: x");
    talk = Conversation();
    talk.be_curious();
    talk.typed("Ann");
    shown(talk, "Welcome! 1 user(s) are online!");
    shown(talk, "-server- pong alive-1");
    EXPECT_EQ(talk.take_answer(), "/ping alive-1\n/who\n/ping alive-2\n");
    EXPECT_EQ(shown(talk, "-server- in lobby: Ann"), "(nothing)");
    EXPECT_EQ(talk.room(), "lobby");
    EXPECT_EQ(shown(talk, "-server- and 3 more"), "(nothing)");
    EXPECT_EQ(shown(talk, "Bob: hi"), "Bob: hi");
    EXPECT_EQ(shown(talk, "-server- pong alive-2"), "(nothing)");
    EXPECT_EQ(shown(talk, "-server- in lobby: Ann"), "-server- in lobby: Ann");
    EXPECT_EQ(talk.take_answer(), "");
}

TEST(Conversation, FollowsItsOwnNameOnlyIfItsUserAskedForIt) {
    Conversation talk = joined();
    shown(talk, "* Ann is now known as Dunce");
    EXPECT_EQ(talk.name(), "Ann") << "that was written behind /me";
    talk.typed("/nick Bed");
    shown(talk, "* Bob is now known as Bed");
    EXPECT_EQ(talk.name(), "Ann");
    shown(talk, "* Ann is now known as Bed");
    EXPECT_EQ(talk.name(), "Bed");
    talk.typed("/nick Bob");
    shown(talk, "! 433 that name is taken");
    shown(talk, "* Bed is now known as Dunce");
    EXPECT_EQ(talk.name(), "Bed");
}

TEST(Conversation, ComesBackUnderItsNameAndToItsRoom) {
    Conversation talk = joined();
    shown(talk, "-server- in attic: Ann");
    talk.typed("/nick Anna");
    shown(talk, "* Ann is now known as Anna");
    Conversation next = talk.again();
    EXPECT_EQ(next.take_answer(), "CONNECT Anna\n");
    EXPECT_FALSE(next.joined());
    shown(next, "Welcome! 1 user(s) are online!");
    EXPECT_EQ(next.take_answer(), "/join attic\n/ping alive-1\n");
    // Lost before it got there.
    next = next.again();
    EXPECT_EQ(next.take_answer(), "CONNECT Anna\n");
    shown(next, "Welcome! 1 user(s) are online!");
    EXPECT_EQ(next.take_answer(), "/join attic\n/ping alive-1\n");
    shown(next, "Bob: old");
    shown(next, "Anna connected!");
    EXPECT_FALSE(next.up_to_date()) << "the room's last lines are to come";
    shown(next, "* Anna has come from lobby");
    EXPECT_TRUE(next.up_to_date());
    EXPECT_EQ(shown(next, "-server- in attic: Anna"), "(nothing)");
    EXPECT_EQ(next.room(), "attic");
}

TEST(Conversation, KnowsWhatWasSaidBeforeItCame) {
    Conversation talk;
    talk.typed("Ann");
    shown(talk, "Welcome! 1 user(s) are online!");
    shown(talk, "Bob: old");
    EXPECT_FALSE(talk.up_to_date());
    shown(talk, "Ann connected!");
    EXPECT_TRUE(talk.up_to_date());
    talk.typed("/join attic");
    EXPECT_FALSE(talk.up_to_date());
    shown(talk, "! 432 bad name");
    EXPECT_TRUE(talk.up_to_date());
}

TEST(Conversation, ShowsNothingThatDrivesTheTerminal) {
    Conversation talk;
    EXPECT_EQ(shown(talk, "Ann: \x1b]0;x\x07"), "Ann: �]0;x�");
}

// What a desk shows, row by row, and its status bar.
class AtTheDesk : public testing::Test {
protected:
    AtTheDesk() {
        talk_.typed("Ann");
        hear("Welcome! 3 user(s) are online!");
        hear("Cid: old");
        hear("Ann connected!");
    }

    void hear(std::string_view line) {
        std::optional<Heard> heard = talk_.heard(line, kStart);
        if (heard) desk_.hear(*heard, talk_, "14:05");
    }
    std::string bar() {
        return text_of(desk_.picture(talk_, {10, 50}).rows[8]);
    }
    Row row(int number) {
        auto index = static_cast<std::size_t>(number);
        return desk_.picture(talk_, {10, 50}).rows[index];
    }
    std::vector<std::string> press(std::string_view bytes) {
        std::vector<std::string> lines;
        for (const Key& key : keys(bytes)) {
            for (std::string& line : desk_.press(key, {10, 50}))
                lines.push_back(std::move(line));
        }
        return lines;
    }

    Conversation talk_;
    Desk desk_;
};

TEST_F(AtTheDesk, WhatWasSaidBeforeHasNoTime) {
    EXPECT_EQ(text_of(row(1)), "      Cid: old");
    EXPECT_EQ(text_of(row(2)), "14:05 Ann connected!");
    hear("Cid: new");
    EXPECT_EQ(text_of(row(3)), "14:05 Cid: new");
    EXPECT_EQ(row(3)[1].tone, Tone::name);
    EXPECT_EQ(row(3)[1].text, "Cid");
}

TEST_F(AtTheDesk, TheBarFollowsWhoComesAndGoes) {
    EXPECT_TRUE(bar().starts_with(" Ann · 3 people ")) << bar();
    hear("-server- in lobby: Ann, Cid");
    EXPECT_TRUE(bar().starts_with(" Ann · lobby, 2 people ")) << bar();
    hear("Bob connected!");
    hear("* Dan has come from attic");
    EXPECT_TRUE(bar().starts_with(" Ann · lobby, 4 people ")) << bar();
    hear("* Cid has gone to attic");
    hear("Bob has left the chat");
    EXPECT_TRUE(bar().starts_with(" Ann · lobby, 2 people ")) << bar();
    hear("* Ann has come from lobby");
    hear("-server- in attic: Ann, Cid");
    EXPECT_TRUE(bar().starts_with(" Ann · attic, 2 people ")) << bar();
}

TEST_F(AtTheDesk, NamesAreCompletedFromJoinsMessagesAndWho) {
    hear("Bob connected!");
    hear("Dan: hello");
    hear("-Eve- psst");
    hear("-server- in lobby: Ann, Fay");
    hear("Bob has left the chat");
    EXPECT_EQ(
        press("d\t\rE\t\rf\t\rb\t\rc\t\r"),
        (std::vector<std::string>{"Dan: ", "Eve: ", "Fay: ", "b", "Cid: "}));
}

TEST_F(AtTheDesk, AWhisperToOthersIsShown) {
    desk_.sent("/msg Bob psst", "14:05");
    desk_.sent("hello", "14:05");
    EXPECT_EQ(text_of(row(3)), "14:05 to -Bob- psst");
    EXPECT_EQ(text_of(row(4)), "");
}

TEST_F(AtTheDesk, EnteringALineOrEscapeReturnsToTheEnd) {
    for (std::string leave : {"x\r", "\x1b"}) {
        for (int i = 0; i < 50; ++i)
            hear("Cid: " + std::to_string(i));
        press("\x1b[5~\x1b[5~");
        EXPECT_NE(bar().find("more below"), std::string::npos) << bar();
        hear("Cid: last");
        EXPECT_NE(text_of(row(7)), "14:05 Cid: last");
        if (leave == "\x1b") {
            desk_.press({Key::Kind::escape}, {10, 50});
        } else {
            press(leave);
        }
        EXPECT_EQ(text_of(row(7)), "14:05 Cid: last");
        EXPECT_EQ(bar().find("more below"), std::string::npos) << bar();
    }
}

TEST_F(AtTheDesk, FiveThousandMessagesAreKept) {
    for (int i = 0; i < 6000; ++i)
        hear("Cid: " + std::to_string(i));
    for (int i = 0; i < 1000; ++i)
        press("\x1b[5~");
    EXPECT_EQ(text_of(row(0)), "14:05 Cid: 1000");
}

TEST_F(AtTheDesk, TheWindowThatLosesItsFocusGetsAMark) {
    press("\x1b[O");
    hear("Cid: new");
    press("\x1b[I");
    EXPECT_NE(text_of(row(3)).find("─ new ─"), std::string::npos);
    EXPECT_EQ(text_of(row(4)), "14:05 Cid: new");
}

// Every line is a letter.
std::string news(std::string_view seen, std::string_view entrance,
                 std::string_view room, bool another) {
    auto heard = [](char c) { return understand("Bob: " + std::string(1, c)); };
    CatchUp catch_up;
    for (char c : seen)
        catch_up.seen(heard(c).line);
    for (char c : entrance)
        catch_up.collect(heard(c));
    catch_up.entrance_ends();
    for (char c : room)
        catch_up.collect(heard(c));
    if (another) catch_up.another_room();
    std::string all;
    for (const Heard& one : catch_up.take())
        all += one.text;
    return all;
}

TEST(CatchUp, TellsOnlyWhatWasNotSeenBefore) {
    EXPECT_EQ(news("abc", "abcde", "", false), "de");
    EXPECT_EQ(news("abc", "bcde", "", false), "de") << "some of it is too old";
    EXPECT_EQ(news("abc", "xyz", "", false), "xyz") << "all of it is";
    EXPECT_EQ(news("abc", "abc", "", false), "");
    EXPECT_EQ(news("", "ab", "", false), "ab");
    EXPECT_EQ(news("abc", "ab", "", false), "ab") << "another a and b";
    EXPECT_EQ(news("xaa", "xaaa", "", false), "a");
    EXPECT_EQ(news("abc", "xyz", "abcd", true), "d") << "not the entrance's";
    EXPECT_EQ(news("abc", "ab", "cd", false), "d") << "while it was told";
}

TEST(CatchUp, KnowsNothingOfAnotherRoom) {
    CatchUp catch_up;
    catch_up.seen("Bob: a");
    catch_up.another_room();
    catch_up.collect(understand("Bob: a"));
    EXPECT_EQ(catch_up.take().size(), 1U);
}

TEST_F(AtTheDesk, NothingIsHeldBackByAServerThatKnowsNoRooms) {
    hear("-server- in lobby: Ann, Cid");
    talk_ = talk_.again();
    hear("Welcome! 2 user(s) are online!");
    hear("Ann connected!");
    hear("Ann: /join lobby");
    EXPECT_TRUE(talk_.returning());
    hear("Ann: /ping alive-1");
    EXPECT_FALSE(talk_.returning());
    hear("Cid: hello");
    std::string all;
    for (const Row& row : desk_.picture(talk_, {20, 50}).rows)
        all += text_of(row) + "\n";
    EXPECT_NE(all.find("14:05 Cid: hello\n"), std::string::npos) << all;
}

TEST_F(AtTheDesk, WhatWasMissedIsShownOnceAndWithoutATime) {
    hear("-server- in lobby: Ann, Cid");
    hear("Cid: seen");
    talk_ = talk_.again();
    talk_.take_answer();
    hear("Welcome! 2 user(s) are online!");
    hear("Cid: old");
    hear("Cid: seen");
    hear("Cid: missed");
    hear("Ann connected!");
    hear("-server- in lobby: Ann, Cid");
    hear("-server- pong alive-1");
    hear("Cid: new");
    std::string all;
    for (const Row& row : desk_.picture(talk_, {20, 50}).rows)
        all += text_of(row) + "\n";
    EXPECT_NE(all.find("14:05 Cid: seen\n"
                       "14:05 Welcome! 2 user(s) are online!\n"
                       "14:05 Ann connected!\n"
                       "      Cid: missed\n"
                       "14:05 Cid: new\n"),
              std::string::npos)
        << all;
}

}  // namespace
