// The rules of the chat's protocol, seen from outside.

#include "tests/07_support.hpp"

#include <chrono>

using namespace tincan::test;
using namespace std::string_literals;

namespace {

TEST_F(ChatServer, WelcomesWithTheNumberOfUsersAndTellsEveryone) {
    Client ann = connect();
    ann.send("CONNECT Ann\n");
    expect_line(ann, "Welcome! 1 user(s) are online!");
    expect_line(ann, "Ann connected!");

    Client bob = connect();
    bob.send("CONNECT Bob\n");
    expect_line(bob, "Welcome! 2 user(s) are online!");
    expect_line(bob, "Bob connected!");
    expect_line(ann, "Bob connected!");
}

TEST_F(ChatServer, PassesMessagesToEveryoneAndToTheSender) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("Is that your nose?\n//quit\n");
    for (Client* one : {&ann, &bob}) {
        expect_line(*one, "Bob: Is that your nose?");
        expect_line(*one, "Bob: /quit");
    }
}

TEST_F(ChatServer, TakesBytesOneAtATimeAndAllAtOnce) {
    start({"--history", "0"});
    std::string_view all = "CONNECT Bob\r\nhello\r\nmore\n/ping 1\n";
    Client whole = connect();
    whole.send(all);
    Client pieces = connect();
    auto expect_conversation = [](Client& client) {
        client.receive_line();
        expect_line(client, "Bob connected!");
        expect_line(client, "Bob: hello");
        expect_line(client, "Bob: more");
        expect_line(client, "-server- pong 1");
    };
    expect_conversation(whole);
    whole.half_close();
    whole.expect_end();
    for (char c : all)
        pieces.send({&c, 1});
    expect_conversation(pieces);
}

TEST_F(ChatServer, AsksForConnectFirstAndClosesAtTheThirdError) {
    Client client = connect();
    for (std::string_view wrong : {"hello\n", "CONNECTAnn\n", "\n"}) {
        client.send(wrong);
        expect_line(client, "! 451 say CONNECT first");
    }
    client.expect_end();
}

TEST_F(ChatServer, LivesWithAnyFirstLine) {
    for (const std::string& wrong :
         {"\xff\xfe\n"s, "\0\n"s, "GET /\r\nHost: x\r\nAccept: */*\r\n\r\n"s,
          "\x16\n"s, std::string(100000, 'x')}) {
        Client client = connect();
        client.try_send(wrong);
        client.half_close();
        Client::Ending ending = client.receive_to_any_end();
        EXPECT_TRUE(ending.bytes.starts_with("! ")) << ending.bytes;
    }
    join("Ann");
}

TEST_F(ChatServer, RefusesBadNamesAndLetsThemTryAgain) {
    Client client = connect();
    client.send("CONNECT Ann Lee\n");
    expect_refusal(client, "432");
    client.send("CONNECT \x1b[2J\n");
    expect_refusal(client, "601");
    client.send("CONNECT Ann\n");
    expect_line(client, "Welcome! 1 user(s) are online!");
}

TEST_F(ChatServer, DoesNotGiveANameTwice) {
    Client ann = join("Ann");
    Client other = connect();
    other.send("CONNECT ANN\n");
    expect_line(other, "! 433 that name is taken");
    other.send("CONNECT Server\n");
    expect_refusal(other, "432");
    other.send("CONNECT Anna\n");
    expect_line(other, "Welcome! 2 user(s) are online!");

    ann.send("/quit\n");
    ann.receive_to_end();
    other.receive_line();
    expect_line(other, "Ann has left the chat");
    join("ann");
}

TEST_F(ChatServer, RefusesTextThatWouldDriveATerminal) {
    start({"--rate", "0"});
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("\x1b[2J\n\xff\na\rb\n\u009b\n/me \u202egnahc\nfine\tnow\n");
    for (const char* code : {"601", "600", "601", "601", "601"})
        expect_refusal(bob, code);
    expect_line(bob, "Bob: fine\tnow");
    expect_line(ann, "Bob: fine\tnow");
}

TEST_F(ChatServer, SkipsALineThatIsTooLong) {
    Client ann = join("Ann");
    std::string longest(1024, 'x');
    ann.send(longest + "\r\n");
    expect_line(ann, "Ann: " + longest);
    ann.send(longest + "y\nnext\n");
    expect_refusal(ann, "417");
    expect_line(ann, "Ann: next");
}

TEST_F(ChatServer, ClosesOnALineThatDoesNotEnd) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send(std::string(16385, 'x'));
    expect_refusal(bob, "417");
    bob.expect_end();
    expect_line(ann, "Bob has left the chat");
}

TEST_F(ChatServer, KnowsPingAndQuitAndSaysWhatItDoesNotKnow) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("/ping\n/dance\n/quit see you\nnot heard any more\n");
    expect_line(bob, "-server- pong");
    expect_line(bob, "! 421 unknown command");
    EXPECT_EQ(bob.receive_to_end(), "");
    expect_line(ann, "Bob has left the chat (see you)");
    ann.send("hello\n");
    expect_line(ann, "Ann: hello");
}

TEST_F(ChatServer, TakesEndOfStreamForLeavingAndStillSendsWhatIsQueued) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("one\ntwo\n");
    bob.half_close();
    EXPECT_EQ(bob.receive_to_end(), "Bob: one\nBob: two\n");
    expect_line(ann, "Bob: one");
    expect_line(ann, "Bob: two");
    expect_line(ann, "Bob has left the chat");
}

TEST_F(ChatServer, CountsAnUnterminatedLastLine) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("one\nlast");
    bob.half_close();
    EXPECT_EQ(bob.receive_to_end(), "Bob: one\nBob: last\n");
    expect_line(ann, "Bob: one");
    expect_line(ann, "Bob: last");
    expect_line(ann, "Bob has left the chat");
}

TEST_F(ChatServer, TakesAResetForLeaving) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("half a line");
    bob.reset();
    expect_line(ann, "Bob has left the chat");
}

class OnSelector : public ChatServer,
                   public testing::WithParamInterface<const char*> {};

TEST_P(OnSelector, TwoPeopleTalk) {
    start({"--selector", GetParam()});
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    ann.send("hello Bob\n");
    expect_line(ann, "Ann: hello Bob");
    expect_line(bob, "Ann: hello Bob");
    bob.half_close();
    bob.expect_end();
    expect_line(ann, "Bob has left the chat");
}

INSTANTIATE_TEST_SUITE_P(Each, OnSelector,
                         testing::Values("select", "poll", "epoll"),
                         [](const auto& chosen) { return chosen.param; });

}  // namespace
