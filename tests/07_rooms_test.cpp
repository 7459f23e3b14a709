// The chat's commands and its rooms, seen from outside.

#include "tests/07_support.hpp"

#include "07-chat/protocol.hpp"
#include "tests/support/bytes.hpp"

#include <string>
#include <vector>

using namespace tincan::test;

namespace {

// Ann and Bob in the lobby, who have read that they are there.
class ChatRooms : public ChatServer {
protected:
    void meet(const std::vector<std::string>& options = {}) {
        start(options);
        ann_.emplace(join("Ann"));
        bob_.emplace(join("Bob"));
        expect_line(ann(), "Bob connected!");
    }
    Client& ann() { return *ann_; }
    Client& bob() { return *bob_; }

    void expect_both(std::string_view line) {
        expect_line(ann(), line);
        expect_line(bob(), line);
    }
    // Nothing else was on its way to them.
    void expect_silence() {
        for (Client* one : {&ann(), &bob()}) {
            one->send("/ping silence\n");
            expect_line(*one, "-server- pong silence");
        }
    }

private:
    std::optional<Client> ann_;
    std::optional<Client> bob_;
};

TEST_F(ChatRooms, TellEveryoneWhoTakesAnotherName) {
    meet();
    bob().send("/nick Robert\nhello\n");
    expect_both("* Bob is now known as Robert");
    expect_both("Robert: hello");
    // The old one is free, and the new one is not.
    ann().send("/nick ROBERT\n/nick bob\n");
    expect_line(ann(), "! 433 that name is taken");
    expect_both("* Ann is now known as bob");
    bob().send("/quit\n");
    expect_line(ann(), "Robert has left the chat");
}

TEST_F(ChatRooms, LetPeopleWriteTheirNameInAnotherWay) {
    meet();
    bob().send("/nick BOB\n/nick B B\n/nick\n");
    expect_both("* Bob is now known as BOB");
    expect_refusal(bob(), "432");
    expect_refusal(bob(), "432");
    expect_silence();
}

TEST_F(ChatRooms, KeepWhatIsSaidApart) {
    meet();
    bob().send("/join kitchen\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    expect_line(bob(), "* Bob has come from lobby");
    expect_line(bob(), "-server- in kitchen: Bob");
    bob().send("anybody here?\n");
    expect_line(bob(), "Bob: anybody here?");
    ann().send("alone\n/me sighs\n");
    expect_line(ann(), "Ann: alone");
    expect_line(ann(), "* Ann sighs");
    expect_silence();

    ann().send("/join KITCHEN\n");
    expect_line(ann(), "Bob: anybody here?");
    expect_line(ann(), "* Ann has come from lobby");
    expect_line(ann(), "-server- in kitchen: Ann, Bob");
    expect_line(bob(), "* Ann has come from lobby");
    ann().send("here you are\n");
    expect_both("Ann: here you are");
}

TEST_F(ChatRooms, GiveANameOnceInAllOfThem) {
    meet();
    bob().send("/join kitchen\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    Client other = connect();
    other.send("CONNECT bob\n");
    expect_refusal(other, "433");
    ann().send("/nick BOB\n");
    expect_refusal(ann(), "433");
}

TEST_F(ChatRooms, AreListedWithTheirMembers) {
    meet();
    bob().send("/join kitchen\n/rooms\n/who\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    expect_line(bob(), "* Bob has come from lobby");
    expect_line(bob(), "-server- in kitchen: Bob");
    expect_line(bob(), "-server- rooms: kitchen (1), lobby (1)");
    expect_line(bob(), "-server- in kitchen: Bob");
    ann().send("/who\n");
    expect_line(ann(), "-server- in lobby: Ann");
}

TEST_F(ChatRooms, AreGoneWhenNobodyIsInThemAndTheLobbyStays) {
    meet();
    bob().send("/join kitchen\nsecret\n/join lobby\n/rooms\n");
    expect_line(bob(), "* Bob has come from lobby");
    expect_line(bob(), "-server- in kitchen: Bob");
    expect_line(bob(), "Bob: secret");
    expect_line(bob(), "* Bob has come from kitchen");
    expect_line(bob(), "-server- in lobby: Ann, Bob");
    expect_line(bob(), "-server- rooms: lobby (2)");
    expect_line(ann(), "* Bob has gone to kitchen");
    expect_line(ann(), "* Bob has come from kitchen");

    bob().send("/join kitchen\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    expect_line(bob(), "* Bob has come from lobby");  // and no "secret"
    ann().send("/join kitchen\n/rooms\n");
    expect_line(ann(), "* Ann has come from lobby");
    expect_line(ann(), "-server- in kitchen: Ann, Bob");
    expect_line(ann(), "-server- rooms: kitchen (2), lobby (0)");
}

TEST_F(ChatRooms, MustHaveGoodNamesToo) {
    meet();
    bob().send("/join\n/join living room\n/join lobby\n");
    expect_refusal(bob(), "432");
    expect_refusal(bob(), "432");
    expect_line(bob(), "-server- in lobby: Ann, Bob");
    expect_silence();
}

TEST_F(ChatRooms, HearOfWhoLeavesTheServerFromThere) {
    meet();
    bob().send("/join kitchen\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    ann().send("/join kitchen\n");
    expect_line(ann(), "* Ann has come from lobby");
    expect_line(ann(), "-server- in kitchen: Ann, Bob");
    bob().reset();
    expect_line(ann(), "Bob has left the chat");
}

TEST_F(ChatRooms, AreNoBoundsForWhatIsToldToOneAlone) {
    meet();
    bob().send("/join kitchen\n/msg ANN psst, over here\n/msg Carl hello\n");
    expect_line(ann(), "* Bob has gone to kitchen");
    expect_line(ann(), "-Bob- psst, over here");
    expect_line(bob(), "* Bob has come from lobby");
    expect_line(bob(), "-server- in kitchen: Bob");
    expect_line(bob(), "! 401 no such user");
    bob().send("/msg\n");
    expect_line(bob(), "! 401 no such user");
    expect_silence();
}

TEST_F(ChatRooms, SeeWhatSomebodyDoes) {
    meet();
    bob().send("/me waves\n");
    expect_both("* Bob waves");
}

TEST_F(ChatRooms, ExplainWhatCanBeAskedFor) {
    meet();
    bob().send("/help\n");
    for (const char* word : {"nick", "join", "rooms", "who", "msg", "me",
                             "ping", "help", "quit"}) {
        std::string line = bob().receive_line();
        EXPECT_TRUE(line.starts_with("-server- /" + std::string(word))) << line;
    }
    expect_line(bob(), "-server- everything else is said to the room");
    expect_silence();
}

TEST_F(ChatRooms, GiveNewcomersTheLastMessages) {
    meet({"--history", "3"});
    ann().send("one\ntwo\n/me counts\nfour\n");
    for (const char* line :
         {"Ann: one", "Ann: two", "* Ann counts", "Ann: four"}) {
        expect_both(line);
    }
    Client carl = connect();
    carl.send("CONNECT Carl\n");
    expect_line(carl, "Welcome! 3 user(s) are online!");
    expect_line(carl, "Ann: two");
    expect_line(carl, "* Ann counts");
    expect_line(carl, "Ann: four");
    expect_line(carl, "Carl connected!");
}

TEST_F(ChatRooms, KeepTwentyMessagesUnlessToldOtherwise) {
    start({"--rate", "0"});
    {
        Client ann = join("Ann");
        for (int i = 1; i <= 21; ++i) {
            std::string text = "message " + std::to_string(i);
            ann.send(text + "\n");
            expect_line(ann, "Ann: " + text);
        }
        ann.half_close();
        ann.expect_end();
    }
    Client bob = connect();
    bob.send("CONNECT Bob\n");
    expect_line(bob, "Welcome! 1 user(s) are online!");
    for (int i = 2; i <= 21; ++i)
        expect_line(bob, "Ann: message " + std::to_string(i));
    expect_line(bob, "Bob connected!");
}

TEST_F(ChatRooms, KeepNothingIfToldSo) {
    meet({"--history", "0"});
    ann().send("hello\n");
    expect_both("Ann: hello");
    Client carl = connect();
    carl.send("CONNECT Carl\n");
    expect_line(carl, "Welcome! 3 user(s) are online!");
    expect_line(carl, "Carl connected!");
}

TEST(ChatLists, AreCutIntoLinesAndEndSomewhere) {
    using tincan::chat::list_lines;
    EXPECT_EQ(list_lines("x", {}, 0), "");
    EXPECT_EQ(list_lines("x", {"a", "b"}, 2), "-server- x: a, b\n");

    std::string name(80, 'n');
    std::string lines =
        list_lines("x", std::vector<std::string>(100, name), 5000);
    std::size_t longest = 0;
    std::size_t begin = 0;
    for (std::size_t end = lines.find('\n'); end != std::string::npos;
         begin = end + 1, end = lines.find('\n', begin)) {
        longest = std::max(longest, end - begin);
    }
    EXPECT_LT(longest, 600);
    EXPECT_EQ(occurrences(lines, name), 100U);
    EXPECT_TRUE(lines.ends_with("\n-server- and 4900 more\n"));
}

}  // namespace
