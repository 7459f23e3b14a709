// What the other servers of stage 5 promise beyond the contract.
#include "05-threads/bounded_queue.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <sys/personality.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tincan::test;

namespace {

std::string program(const std::string& name) {
    return std::string(TINCAN_BUILD_DIR) + "/05-threads/" + name;
}

std::vector<pid_t> children_of(const Server& server) {
    pid_t parent = server.process().pid();
    std::vector<pid_t> processes = processes_of_group(parent);
    std::erase(processes, parent);
    return processes;
}

TEST(Pool, TheClientsBeyondItsThreadsWaitAndThenGetTheirTurn) {
    Server server = Server::ours(
        {program("pool_echo_server"), "{port}", "127.0.0.1", "2", "1"});
    Client first(server.endpoint());
    first.exchange("first");
    Client second(server.endpoint());
    second.exchange("second");
    Client third(server.endpoint());
    third.send("third");
    EXPECT_FALSE(third.has_answer(100ms));
    first.close();
    EXPECT_EQ(third.receive(5), "third");
}

TEST(Pool, TheClientBeyondTheQueueIsToldSoAndTheOthersLive) {
    Server server = Server::ours(
        {program("pool_echo_server"), "{port}", "127.0.0.1", "1", "1"});
    Client served(server.endpoint());
    served.exchange("served");
    Client queued(server.endpoint());
    for (int i = 0; i < 20; ++i) {
        Client refused(server.endpoint());
        refused.try_send(std::string(100000, 'x'));
        EXPECT_EQ(refused.receive_line(),
                  "too many clients, try again later\n");
    }
    served.exchange("still served");
    served.close();
    queued.exchange("my turn");
}

TEST(Pool, ItsThreadsDoNotGrowWithItsClients) {
    Server server = Server::ours(
        {program("pool_echo_server"), "{port}", "127.0.0.1", "3", "4"});
    std::vector<Client> clients;
    clients.emplace_back(server.endpoint()).exchange("x");
    std::size_t threads = server.process().usage().threads;
    EXPECT_GE(threads, 5U) << "main, refuse, three";
    for (int i = 0; i < 20; ++i)
        clients.emplace_back(server.endpoint());
    clients.front().exchange("x");
    EXPECT_EQ(server.process().usage().threads, threads);
}

TEST(Pool, WrongNumbersAreAUsageError) {
    for (const char* number : {"0", "x", "-1", "2x", "99999"}) {
        Process process(
            {program("pool_echo_server"), "0", "127.0.0.1", number});
        std::optional<Exit> exit = process.wait_exit(Deadline(5s));
        ASSERT_TRUE(exit) << number;
        EXPECT_EQ(exit->code, 2) << number;
        process.end();
        EXPECT_TRUE(process.err().starts_with("usage: ")) << process.err();
    }
}

TEST(Fork, EachClientHasAProcessAndEachChildIsReaped) {
    Server server = Server::ours({program("fork_echo_server"), "{port}"});
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i) {
        clients.emplace_back(server.endpoint()).exchange("hello");
    }
    EXPECT_EQ(server.process().usage().processes, 6U);
    clients.clear();
    EXPECT_TRUE(eventually(
        [&] { return server.process().usage().processes == 1; }, Deadline(5s)))
        << "ended children are still there, as zombies or otherwise";
}

TEST(Fork, ADeadChildHarmsNobodyButItsClient) {
    Server server = Server::ours({program("fork_echo_server"), "{port}"});
    Client ann(server.endpoint());
    ann.exchange("ann");
    Client bob(server.endpoint());
    bob.exchange("bob");
    std::vector<pid_t> children = children_of(server);
    ASSERT_EQ(children.size(), 2U);
    ::kill(children.front(), SIGKILL);
    int alive = 0;
    for (Client* client : {&ann, &bob}) {
        try {
            client->exchange("still here");
            ++alive;
        } catch (const Failure&) {
        }
    }
    EXPECT_EQ(alive, 1) << "the client of the killed child goes, no other";
    Client(server.endpoint()).exchange("new");
}

TEST(Fork, TheChildrenAreGoneWhenTheirParentIs) {
    for (int signal : {SIGTERM, SIGKILL, SIGINT}) {
        Server server = Server::ours({program("fork_echo_server"), "{port}"});
        Client client(server.endpoint());
        client.exchange("hello");
        ASSERT_EQ(children_of(server).size(), 1U);
        server.process().signal(signal);
        // The parent has closed its copy of this connection long ago: an end
        // comes only if the child has gone too.
        EXPECT_NO_THROW(client.expect_end()) << "signal " << signal;
    }
}

TEST(Race, WithoutTheLockIncrementsAreLostWithItNone) {
    // Where everything is built with the thread sanitizer, it would stop it.
    Process racy({program("race"), "counter"},
                 {.environment = {{"TSAN_OPTIONS", "halt_on_error=0"}}});
    Process locked({program("race"), "counter-locked"});
    std::string line = racy.wait_for_line("increments", Deadline(20s));
    EXPECT_EQ(line.find("says 200000"), std::string::npos) << line;
    locked.wait_for_line("says 200000", Deadline(20s));
}

TEST(Race, WithTheLockTheTableIsComplete) {
    Process locked({program("race"), "table-locked"});
    locked.wait_for_line("400000 are there", Deadline(20s));
}

TEST(Race, TheDeadlockIsOneAndItsCureIsNone) {
    Process deadlock({program("race"), "deadlock"});
    Process cured({program("race"), "deadlock-cured"});
    cured.wait_for_line("both had both, 100000 times", Deadline(20s));
    deadlock.wait_for_line("it has got nowhere", Deadline(20s));
    std::optional<Exit> exit = deadlock.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0);
}

#ifdef TINCAN_RACE_TSAN

// What the thread sanitizer says of an experiment.
std::string report_on(const std::string& experiment, const std::string& said) {
    // Some kernels spread a program's memory wider than it can follow.
    ::personality(static_cast<unsigned long>(::personality(0xffffffff)) |
                  ADDR_NO_RANDOMIZE);
    Process race({TINCAN_RACE_TSAN, experiment});
    race.wait_for_line(said, Deadline(60s));
    EXPECT_TRUE(race.wait_exit(Deadline(5s)));
    race.end();
    return race.err();
}

// Where the two that met were: "race.cpp:61", ...
std::set<std::string> places(const std::string& report) {
    static const std::regex innermost(R"(#0 .*(race\.cpp:\d+))");
    return {
        std::sregex_token_iterator(report.begin(), report.end(), innermost, 1),
        std::sregex_token_iterator()};
}

// The book shows one report; each run has another of the two threads come
// first, in the same two lines.
TEST(Race, TheThreadSanitizerReportsTheRace) {
    std::ifstream file(TINCAN_SOURCE_DIR "/book/results/05-race.txt");
    std::string shown{std::istreambuf_iterator<char>(file), {}};
    std::string report = report_on("counter", "increments");
    EXPECT_NE(report.find("WARNING: ThreadSanitizer: data race"), report.npos)
        << report;
    EXPECT_FALSE(places(report).empty())
        << report << "(clang can't name lines without llvm-symbolizer)";
    for (const std::string& place : places(report)) {
        EXPECT_TRUE(places(shown).contains(place))
            << place << " is not in the book: measure_05.py --race";
    }
}

TEST(Race, WithTheLockTheThreadSanitizerIsSilent) {
    EXPECT_EQ(report_on("counter-locked", "says 200000"), "");
    EXPECT_EQ(report_on("table-locked", "400000 are there"), "");
}

#endif

TEST(Race, AnUnknownExperimentIsAUsageError) {
    Process process({program("race"), "philosophers"});
    std::optional<Exit> exit = process.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 2);
}

class ChatClient : public testing::Test {
protected:
    Process client(const Command& arguments = {}) {
        Command command{program("chat_client"), "127.0.0.1",
                        std::to_string(server->port())};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return Process(command);
    }
    std::unique_ptr<Server> server = std::make_unique<Server>(
        Server::ours({program("chat_server"), "{port}"}));
};

TEST_F(ChatClient, TwoOfThemTalkAndQQuits) {
    Process ann = client();
    ann.write("hello\n", Deadline(5s));
    ann.wait_for_line(": hello", Deadline(5s));
    Process bob = client();
    bob.write("\xe9\xbc\xbb\n", Deadline(5s));
    ann.wait_for_line(": \xe9\xbc\xbb", Deadline(5s));
    ann.write("q\n", Deadline(5s));
    std::optional<Exit> exit = ann.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 0);
    EXPECT_TRUE(bob.running());
}

TEST_F(ChatClient, ItEndsWithTheServerWhileItWaitsForTheKeyboard) {
    Process ann = client();
    ann.write("hello\n", Deadline(5s));
    ann.wait_for_line(": hello", Deadline(5s));
    server.reset();
    std::optional<Exit> exit = ann.wait_exit(Deadline(5s));
    ASSERT_TRUE(exit) << "it still waits for the keyboard";
    EXPECT_LE(exit->code, 1);
    EXPECT_EQ(exit->signal, 0);
}

TEST_F(ChatClient, TheEndOfTheInputIsSentAndAnswered) {
    Process ann = client();
    ann.write("hello\nno end of line", Deadline(5s));
    ann.close_stdin();
    ann.wait_for_line(": no end of line", Deadline(5s));
    ASSERT_TRUE(ann.wait_exit(Deadline(5s)));
}

TEST_F(ChatClient, WhatIsNotTextIsNotSent) {
    Process ann = client();
    ann.write("\xff\nfine\n", Deadline(5s));
    ann.wait_for_line("(not sent: message is not UTF-8)", Deadline(5s));
    ann.wait_for_line(": fine", Deadline(5s));
}

TEST(BoundedQueue, IsFirstInFirstOutAndBounded) {
    tincan::BoundedQueue<int> queue(2);
    int one = 1, two = 2, three = 3;
    EXPECT_TRUE(queue.try_put(one));
    EXPECT_TRUE(queue.try_put(two));
    EXPECT_FALSE(queue.try_put(three));
    EXPECT_EQ(queue.take(), 1);
    EXPECT_TRUE(queue.try_put(three));
    EXPECT_EQ(queue.take(), 2);
    EXPECT_EQ(queue.take(), 3);
}

TEST(BoundedQueue, CountsWeights) {
    tincan::BoundedQueue<int> queue(100);
    int item = 1;
    EXPECT_TRUE(queue.try_put(item, 60));
    EXPECT_FALSE(queue.try_put(item, 41));
    EXPECT_TRUE(queue.try_put(item, 40));
    queue.take();
    EXPECT_TRUE(queue.try_put(item, 60));
}

TEST(BoundedQueue, AfterCloseItGivesOutWhatIsLeftAndThenNothing) {
    tincan::BoundedQueue<int> queue(2);
    int item = 1;
    EXPECT_TRUE(queue.try_put(item));
    queue.close();
    EXPECT_FALSE(queue.try_put(item));
    EXPECT_EQ(queue.take(), 1);
    EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(BoundedQueue, CloseLetsGoWhoeverWaits) {
    tincan::BoundedQueue<int> queue(2);
    std::jthread waiting([&] { EXPECT_EQ(queue.take(), std::nullopt); });
    queue.close();
}

}  // namespace
