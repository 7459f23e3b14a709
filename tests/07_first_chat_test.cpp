// The first chat server is wrong in the ways that chapter 7.1 tells of: each
// test here names what the real one does better.

#include "tests/07_support.hpp"
#include "tests/support/usage.hpp"

#include <chrono>

using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

class FirstChat : public testing::Test {
protected:
    FirstChat()
        : server_(Server::ours(
              {TINCAN_BUILD_DIR "/07-chat/first_chat_server", "{port}"})) {}
    ~FirstChat() override {
        EXPECT_TRUE(process().running()) << process().err();
    }

    Process& process() { return server_.process(); }

    Client connect(ClientOptions options = {}) {
        return Client(server_.endpoint(), options);
    }
    Client join(const std::string& name, ClientOptions options = {}) {
        Client client = connect(options);
        client.send("CONNECT " + name + "\n");
        client.receive_line();
        expect_line(client, name + " connected!");
        return client;
    }

private:
    Server server_;
};

TEST_F(FirstChat, LetsPeopleTalk) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("Is that your nose?\n");
    expect_line(ann, "Bob: Is that your nose?");
    expect_line(bob, "Bob: Is that your nose?");
    bob.half_close();
    expect_line(ann, "Bob has left the chat");
}

TEST_F(FirstChat, KeepsEverythingForOneWhoDoesNotRead) {
    Client deaf = join("Deaf", {.receive_buffer = 4096});
    Client bob = join("Bob");
    auto before = anonymous_memory(process().pid());
    std::string text(60'000, 'x');
    for (int i = 0; i < 400; ++i) {  // 24 MB
        bob.send(text + "\n");
        bob.receive_line();
    }
    EXPECT_GT(anonymous_memory(process().pid()), before + 15'000'000);
}

TEST_F(FirstChat, GivesANameTwiceAndForgetsTheFirstOne) {
    Client ann = join("Ann");
    Client other = join("Ann");
    other.send("hello\n");
    expect_line(other, "Ann: hello");
    ann.send("who was that?\n");
    expect_line(other, "Ann: who was that?");
    EXPECT_FALSE(ann.has_answer(0ms));
}

TEST_F(FirstChat, TakesTheCrOfTelnetForAPartOfTheName) {
    Client bob = connect();
    bob.send("CONNECT Bob\r\nhello\r\n");
    expect_line(bob, "Welcome! 1 user(s) are online!");
    expect_line(bob, "Bob\r connected!");
    expect_line(bob, "Bob\r: hello\r");
}

TEST_F(FirstChat, LetsOnePersonSpeakInTheNameOfAnother) {
    Client ann = join("Ann");
    Client mallory = join("Mallory");
    expect_line(ann, "Mallory connected!");
    // A terminal goes back to the left margin and writes over it.
    mallory.send("\rAnn: I owe you 100    \n");
    expect_line(ann, "Mallory: \rAnn: I owe you 100    ");
}

TEST_F(FirstChat, NeverForgetsWhoHasLeft) {
    for (int i = 0; i < 3; ++i) {
        Client visitor = join("visitor" + std::to_string(i));
        visitor.half_close();
        visitor.receive_to_end();
    }
    Client ann = connect();
    ann.send("CONNECT Ann\n");
    expect_line(ann, "Welcome! 4 user(s) are online!");
}

TEST_F(FirstChat, GluesWhatFollowsToALineWithoutEnd) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    bob.send("last");
    bob.half_close();
    expect_line(ann, "Bob: lastBob has left the chat");
}

TEST_F(FirstChat, PassesOnAFloodAsFastAsItComes) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    std::string flood;
    for (int i = 0; i < 10'000; ++i)
        flood += "x\n";
    bob.send(flood);
    for (int i = 0; i < 10'000; ++i)
        expect_line(ann, "Bob: x");
}

TEST_F(FirstChat, TakesAProxyRequestForAPerson) {
    Client ann = join("Ann");
    Client browser = connect();
    browser.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n");
    expect_line(ann, "example.org:443 HTTP/1.1\r connected!");
    expect_line(ann, "example.org:443 HTTP/1.1\r: Host: example.org\r");
}

TEST_F(FirstChat, ThrowsInAStrangersFace) {
    Client stranger = connect();
    stranger.send("CONNECT");
    stranger.half_close();
    stranger.receive_to_any_end();
    auto has_thrown = [&] {
        return process().err().find("basic_string::substr") !=
               std::string::npos;
    };
    ASSERT_TRUE(eventually(has_thrown, Deadline(5s))) << process().err();
    join("Ann");
}

TEST(FirstChatServer, CanBeFilledWithPeopleWhoSayNothing) {
    ProcessOptions options;
    options.limits = {{RLIMIT_NOFILE, {24, 24}}};
    Server server = Server::ours(
        {TINCAN_BUILD_DIR "/07-chat/first_chat_server", "{port}"}, options);
    std::vector<Client> silent;
    silent.reserve(24);
    for (int i = 0; i < 24; ++i)
        silent.emplace_back(server.endpoint());
    server.process().wait_for_line("out of descriptors", Deadline(5s));
    Client ann(server.endpoint());
    ann.send("CONNECT Ann\n");
    EXPECT_FALSE(ann.has_answer(200ms));
    // And so it stays until they leave.
    silent.clear();
    expect_line(ann, "Welcome! 1 user(s) are online!");
}

}  // namespace
