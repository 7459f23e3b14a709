#include "book/exercises/support.hpp"

#include "01-blocking/connection.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

// The program, run by `command` and two arguments, and the server's end of its
// connection in this process.
struct Conversation {
    explicit Conversation(Command command) {
        Socket listener = listen_on({"127.0.0.1", "0"});
        command.push_back("127.0.0.1");
        command.push_back(endpoint_of(listener).port);
        program.emplace(command);
        server = accept_in_time(listener);
    }

    Socket server;
    std::optional<Process> program;
};

class Talk : public testing::Test, protected Conversation {
protected:
    Talk() : Conversation({exercise()}) {}

    void expect_exit() {
        std::optional<Exit> exit = program->wait_exit(Deadline(5s));
        ASSERT_TRUE(exit) << "still runs";
        EXPECT_EQ(exit->code, 0) << program->err();
    }

    std::string receive_some() {
        std::string bytes(100, '\0');
        bytes.resize(receive(server, bytes));
        return bytes;
    }
};

TEST_F(Talk, WhatIsTypedIsSent) {
    program->write("hello\n", Deadline(5s));
    EXPECT_EQ(receive_some(), "hello\n");
}

TEST_F(Talk, TheServerIsHeardWhileNobodyTypes) {
    for (const char* line : {"news", "more news"}) {
        send_all(server, std::string(line) + "\n");
        program->wait_for_line(line, Deadline(5s));
    }
}

TEST_F(Talk, TheServerIsHeardAfterTheEndOfTheInput) {
    program->write("goodbye\n", Deadline(5s));
    program->close_stdin();
    EXPECT_EQ(receive_some(), "goodbye\n");
    EXPECT_EQ(receive_some(), "") << "it did not say that this was all";

    auto before = program->usage().cpu;
    EXPECT_FALSE(program->wait_exit(Deadline(300ms))) << "it did not wait";
    EXPECT_LT(program->usage().cpu - before, 30ms) << "it does not wait, it "
                                                      "spins";
    send_all(server, "goodbye to you\n");
    program->wait_for_line("goodbye to you", Deadline(5s));
    server = Socket();
    expect_exit();
}

TEST_F(Talk, WhenTheServerLeavesItEnds) {
    server = Socket();
    expect_exit();
}

// The server has said everything before it reads; so must the program, or
// both wait for room for ever.
TEST(TalkALot, BothMayHaveMuchToSay) {
    constexpr std::size_t kMuch = 32 << 20;
    Conversation talk({"sh", "-c",
                       "head -c 33554432 /dev/zero | \"$0\" \"$@\" | wc -c",
                       exercise()});
    send_all(talk.server, std::string(kMuch, 'x'));
    std::string buffer(1 << 16, '\0');
    std::size_t came = 0;
    while (std::size_t count = receive(talk.server, buffer))
        came += count;
    EXPECT_EQ(came, kMuch);
    talk.server = Socket();
    talk.program->wait_for_line("33554432", Deadline(10s));
}

}  // namespace
