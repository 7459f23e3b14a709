// How the chat server begins and ends, and what one client can do to the
// others.

#include "tests/07_support.hpp"
#include "tests/support/bytes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

using namespace tincan::test;
using tincan::test::Clock;
using namespace std::chrono_literals;

namespace {

TEST_F(ChatServer, SendsAwayWhoSaysNothing) {
    // False if this machine stood still for so long that the server may have
    // found Bob too silent as well.
    auto only_bob_stays = [&] {
        start({"--idle", "0.3", "--rate", "0"});
        auto slowest = 0ns;
        auto before = Clock::now();
        auto step_is_over = [&] {
            auto now = Clock::now();
            slowest = std::max(slowest, now - std::exchange(before, now));
        };
        try {
            Client bob = join("Bob");
            step_is_over();
            Client ann = join("Ann");
            bob.receive_line();  // that she is there
            // Bob is alive, and Ann's bytes are no line.
            auto ann_has_left = [&] {
                step_is_over();
                ann.try_send("x");
                bob.send("/ping\n");
                return bob.receive_line() == "Ann has left the chat\n";
            };
            EXPECT_TRUE(eventually(ann_has_left, Deadline(5s)));
            EXPECT_EQ(ann.receive_to_any_end().bytes,
                      "-server- you said nothing for 0.3 s: goodbye\n");
            Client nameless = connect();
            step_is_over();
            nameless.expect_end();
        } catch (const Failure&) {
            step_is_over();
            if (slowest < 150ms) throw;  // never two steps in 0.3 s
            return false;
        }
        return true;
    };
    EXPECT_TRUE(eventually(only_bob_stays, Deadline(30s)));
}

TEST_F(ChatServer, IsNotHeldUpByOneWhoDoesNotRead) {
    start({"--rate", "0"});
    Client ann = join("Ann", {.receive_buffer = 4096});
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    std::string text(1000, 'x');
    bool told = false;
    for (int i = 0; i < 2000 && !told; ++i) {
        bob.send(text + "\n");
        std::string line = bob.receive_line();
        if (line == "Ann has left the chat\n") {
            told = true;
            line = bob.receive_line();
        }
        ASSERT_EQ(line, "Bob: " + text + "\n");
    }
    EXPECT_TRUE(told);
    process().wait_for_line("why=too-slow", Deadline(5s));
}

TEST_F(ChatServer, DropsAFloodThatDoesNotRead) {
    start({"--rate", "0"});
    Client ann = join("Ann");
    Client bob = join("Bob", {.receive_buffer = 4096});
    expect_line(ann, "Bob connected!");
    std::string line = std::string(1000, 'x') + "\n";
    auto bob_has_left = [&] {
        bob.try_send(line);
        bool gone = false;
        while (!gone && ann.has_answer(0ms))
            gone = ann.receive_line() == "Bob has left the chat\n";
        return gone;
    };
    EXPECT_TRUE(eventually(bob_has_left, Deadline(10s)));
    ann.send("still here\n");
    expect_line(ann, "Ann: still here");
}

TEST_F(ChatServer, RefusesWhatIsTooFastAndClosesOnAFlood) {
    // So slow that none of this takes long enough for one line more.
    start({"--rate", "0.001"});
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    for (int i = 0; i < 40; ++i)
        bob.try_send("x\n");
    std::string heard;
    for (int i = 0; i < 5; ++i)
        heard += "Bob: x\n";
    for (int i = 0; i < 20; ++i)
        heard += "! 602 too fast\n";
    EXPECT_EQ(bob.receive_to_any_end().bytes, heard);
    for (int i = 0; i < 5; ++i)
        expect_line(ann, "Bob: x");
    expect_line(ann, "Bob has left the chat");
    process().wait_for_line("why=flood", Deadline(5s));
}

TEST_F(ChatServer, TellsEverybodyWhenItEnds) {
    Client ann = join("Ann");
    Client bob = join("Bob");
    expect_line(ann, "Bob connected!");
    Client nameless = connect();
    process().wait_for_line(
        "connected peer=127.0.0.1:" + std::to_string(nameless.port()),
        Deadline(5s));
    process().signal(SIGTERM);
    for (Client* one : {&ann, &bob, &nameless}) {
        EXPECT_EQ(one->receive_to_end(), "-server- this server is ending\n");
        one->close();
    }
    expect_exit(process(), 0, 2);
    EXPECT_EQ(process().err(), "");
    server_.reset();
}

// Not enough for a deaf one to be too slow, but more than the kernel takes.
void talk(Client& bob) {
    std::string line = std::string(1000, 'x') + "\n";
    for (int i = 0; i < 150; ++i) {
        bob.send(line);
        bob.receive_line();
    }
}

TEST_F(ChatServer, EndsInTimeWhateverItsClientsDo) {
    start({"--rate", "0"});
    Client deaf = join("Deaf", {.receive_buffer = 4096});
    Client bob = join("Bob");
    talk(bob);
    auto begin = Clock::now();
    process().signal(SIGINT);
    expect_exit(process(), 0, 7);
    EXPECT_GE(Clock::now() - begin, 4s) << "everything went out";
    EXPECT_EQ(process().out().find("too-slow"), std::string::npos);
    server_.reset();
}

TEST_F(ChatServer, CutsEverybodyOffAtTheSecondSignal) {
    start({"--rate", "0"});
    Client deaf = join("Deaf", {.receive_buffer = 4096});
    Client bob = join("Bob");
    talk(bob);
    process().signal(SIGTERM);
    EXPECT_EQ(bob.receive_to_end(), "-server- this server is ending\n");
    bob.close();
    auto begin = Clock::now();
    process().signal(SIGTERM);
    expect_exit(process(), 0, 7);
    EXPECT_LT(Clock::now() - begin, 3s);
    server_.reset();
}

// Over TLS it takes two to shake hands; and who finds no seat is told nothing,
// and so takes up no descriptor for longer than a moment.
#ifndef TINCAN_OVER_TLS
TEST_F(ChatServer, TellsThoseTooWhomItHasNotAcceptedYet) {
    start();
    process().signal(SIGSTOP);
    Client early = connect();
    early.send("CONNECT Ann\n");
    process().signal(SIGTERM);
    process().signal(SIGCONT);
    std::string heard = early.receive_to_end();
    EXPECT_TRUE(heard.ends_with("-server- this server is ending\n")) << heard;
    early.close();
    expect_exit(process(), 0, 2);
    server_.reset();
}

// So many that it runs out of descriptors, if it has 24: all are there before
// it accepts the first of them, and who is refused keeps his descriptor until
// he hangs up, for not all that he said has been read.
std::vector<Client> crowd_before(Server& server) {
    std::vector<Client> crowd;
    crowd.reserve(40);
    server.process().signal(SIGSTOP);
    for (int i = 0; i < 40; ++i) {
        crowd.emplace_back(server.endpoint());
        crowd.back().send("x");
    }
    server.process().signal(SIGCONT);
    return crowd;
}

TEST_F(ChatServer, GoesOnWhenItHasRunOutOfDescriptors) {
    ProcessOptions options;
    options.limits = {{RLIMIT_NOFILE, {24, 24}}};
    start({}, options);
    Client ann = join("Ann");
    {
        std::vector<Client> crowd = crowd_before(*server_);
        process().wait_for_line("out of descriptors", Deadline(5s));
        ann.send("still here\n");
        expect_line(ann, "Ann: still here");
    }
    join("Bob");
}

TEST_F(ChatServer, SaysOnceThatItHasRunOutOfDescriptors) {
    ProcessOptions options;
    options.limits = {{RLIMIT_NOFILE, {24, 24}}};
    server_.emplace(Server::ours({kChatServer, "{port}"}, options));
    constexpr std::size_t seats = 12;
    std::vector<Client> crowd = crowd_before(*server_);
    // Each of the others waits for the descriptor of one before.
    for (std::size_t i = seats; i < crowd.size(); ++i) {
        crowd[i].receive_to_end();
        crowd[i].close();
    }
    crowd.clear();
    process().signal(SIGTERM);
    expect_exit(process(), 0);  // all that it said has been read
    std::string out = process().out();
    EXPECT_EQ(occurrences(out, "out of descriptors"), 1U) << out;
    server_.reset();
}
#endif

// Run like this, it ends with `code` and says so.
void expect_end(const Command& command, int code, const std::string& says) {
    Process process(command);
    expect_exit(process, code);
    std::string text = code == 0 ? process.out() : process.err();
    EXPECT_NE(text.find(says), std::string::npos) << text;
}

TEST(ChatServerArguments, AreCheckedBeforeAnythingIsDone) {
    expect_end({kChatServer, "--help"}, 0, "--idle");
    expect_end({kChatServer, "eighty"}, 2, "PORT");
    expect_end({kChatServer, "65536"}, 2, "PORT");
    expect_end({kChatServer, "0", "127.0.0.1", "more"}, 2, "more");
    expect_end({kChatServer, "0", "--idle", "-1"}, 2, "--idle");
    expect_end({kChatServer, "0", "--idle", "0"}, 2, "--idle");
    expect_end({kChatServer, "0", "--idle", "nan"}, 2, "--idle");
    expect_end({kChatServer, "0", "--idle", "1e30"}, 2, "--idle");
    expect_end({kChatServer, "0", "--idle", "soon"}, 2, "--idle");
    expect_end({kChatServer, "0", "--history", "51"}, 2, "--history");
    expect_end({kChatServer, "0", "--history", "-1"}, 2, "--history");
    expect_end({kChatServer, "0", "--rate", "-1"}, 2, "--rate");
    expect_end({kChatServer, "0", "--rate", "nan"}, 2, "--rate");
    expect_end({kChatServer, "0", "--max-clients", "0"}, 2, "--max-clients");
    expect_end({kChatServer, "0", "--max-per-address", "x"}, 2,
               "--max-per-address");
    expect_end({kChatServer, "0", "--log-level", "loud"}, 2, "--log-level");
    expect_end({kChatServer, "0", "--stats", "0"}, 2, "--stats");
    expect_end({kChatServer, "0", "--selector", "kqueue"}, 2, "--selector");
    expect_end({kChatServer, "0", "--no-such-option"}, 2, "--no-such-option");
}

TEST_F(ChatServer, SaysClearlyThatAPortIsTaken) {
    start();
    std::string port = std::to_string(server_->port());
    expect_end(
        {kChatServer, port}, 1,
        "chat_server: bind 127.0.0.1:" + port + ": Address already in use\n");
}

}  // namespace
