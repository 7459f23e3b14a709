// The small servers of stage 6: what they say, what they print, and that the
// faults of those they are modelled on are not theirs.
#include "tests/06_programs_support.hpp"

#include <vector>

namespace tincan::test {
namespace {

class StreamEcho : public Programs {};
INSTANTIATE_TEST_SUITE_P(, StreamEcho, kEachSelector, selector_name);

// Takes the lines out that begin with `start`; gives what stands in quotes in
// them, joined: how many pieces a stream comes in is nobody's promise.
std::string join_pieces(std::string& printed, const std::string& start) {
    std::string pieces;
    for (;;) {
        std::size_t begin = printed.find(start);
        if (begin == printed.npos) return pieces;
        std::size_t quote = begin + start.size();
        std::size_t end = printed.find("'\n", quote);
        pieces += printed.substr(quote, end - quote);
        printed.erase(begin, end + 2 - begin);
    }
}

TEST_P(StreamEcho, BothSidesPrintThreePartsOfOneMessage) {
    const std::string message =
        "This is the message. It will be sent in parts.";
    Server server = start_server("stream_echo_server");
    std::string port = std::to_string(server.port());
    std::string printed =
        output_of(with_selector("stream_echo_client", {"127.0.0.1", port}));
    EXPECT_EQ(join_pieces(printed, "echo_client: received '"), message);
    EXPECT_EQ(printed, "echo_client: connecting to 127.0.0.1 port " + port +
                           "\n"
                           "echo_client: sending 'This is the message. '\n"
                           "echo_client: sending 'It will be sent '\n"
                           "echo_client: sending 'in parts.'\n"
                           "echo_client: waiting for response\n"
                           "echo_client: closing\n"
                           "main: closing event loop\n");

    Process& process = server.process();
    process.wait_for_line(": closing", Deadline(kPatience));
    process.signal(SIGINT);
    expect_exit(process, 0);
    process.end();
    EXPECT_EQ(process.err(), "");
    printed = process.out();
    std::size_t at = printed.find("echo_127.0.0.1_");
    ASSERT_NE(at, printed.npos) << printed;
    std::string log = printed.substr(at, printed.find(": ", at) - at);
    EXPECT_EQ(join_pieces(printed, log + ": received '"), message);
    EXPECT_EQ(join_pieces(printed, log + ": sent '"), message);
    EXPECT_EQ(printed, "listening on 127.0.0.1:" + port +
                           "\n"
                           "main: starting up on 127.0.0.1 port 0\n" +
                           log + ": connection accepted\n" + log +
                           ": closing\n"
                           "main: server closed, closing event loop\n");
}

class TaskErrors : public Programs {
protected:
    static std::string end_of(Client& client) {
        return client.receive_to_any_end().bytes;
    }
    const std::string boom = "Unexpected network error";
};
INSTANTIATE_TEST_SUITE_P(, TaskErrors, kEachSelector, selector_name);

TEST_P(TaskErrors, WhatNobodyHoldsIsReportedAtOnceAndHarmsNobodyElse) {
    Server server = start_server("task_errors", {"forgotten", "{port}"});
    Client other(server.endpoint());
    other.exchange("hello\r\n");
    Client client(server.endpoint());
    client.send("boom\n");
    EXPECT_EQ(end_of(client), "");
    EXPECT_TRUE(eventually(
        [&] {
            return server.process().err().find(std::to_string(client.port()) +
                                               ": exception never retrieved: " +
                                               boom) != std::string::npos;
        },
        Deadline(kPatience)))
        << server.process().err();
    other.exchange("still here\n");
}

TEST_P(TaskErrors, WhatAListHoldsIsSilentUntilTheEnd) {
    Server server = start_server("task_errors", {"kept", "{port}"});
    Process& process = server.process();
    Client client(server.endpoint());
    client.send("boom\n");
    EXPECT_EQ(end_of(client), "");
    Client(server.endpoint()).exchange("still here\n");
    EXPECT_EQ(process.err(), "");
    process.signal(SIGINT);
    expect_exit(process, 0);
    process.end();
    EXPECT_EQ(process.err(), "127.0.0.1:" + std::to_string(client.port()) +
                                 ": exception never retrieved: " + boom + "\n");
}

TEST_P(TaskErrors, WhatIsCaughtIsLoggedAndClosed) {
    Server server = start_server("task_errors", {"caught", "{port}"});
    Process& process = server.process();
    Client client(server.endpoint());
    client.send("boom\n");
    process.wait_for_line(std::to_string(client.port()) + ": " + boom,
                          Deadline(kPatience));
    EXPECT_EQ(end_of(client), "");
    process.signal(SIGTERM);
    expect_exit(process, 0);
    process.end();
    EXPECT_EQ(process.err(), "");
}

TEST_P(TaskErrors, ABoomIsFoundHoweverItComes) {
    Server server = start_server("task_errors", {"caught", "{port}"});
    Client split(server.endpoint());
    split.exchange("hello\r\n");
    split.send("bo");
    split.send("om\r");
    EXPECT_FALSE(split.has_answer(50ms));
    split.send("\n");
    EXPECT_EQ(end_of(split), "");

    Client glued(server.endpoint());
    glued.send("hello\r\nboom\r\n");
    EXPECT_EQ(end_of(glued), "hello\r\n");

    Client unended(server.endpoint());
    unended.send("boom");
    unended.half_close();
    EXPECT_EQ(end_of(unended), "");
    server.process().wait_for_line(std::to_string(unended.port()) + ": " + boom,
                                   Deadline(kPatience));

    Client other(server.endpoint());
    other.exchange("boom boom\n boom\nbo\nom\n");
}

class Counting : public Programs {
protected:
    // Waits until the server has greeted; returns how many it says there are.
    static std::string greeting(Client& client) {
        std::string welcome = client.receive_line();
        EXPECT_EQ(client.receive_line(), "New user connected!\n");
        return welcome;
    }
    static std::string welcome(int count) {
        return "Welcome! " + std::to_string(count) + " user(s) are online!\n";
    }
    static std::string left(int count) {
        return "Client disconnected. " + std::to_string(count) +
               " user(s) are online!\n";
    }

    Server server = start_server("counting_echo_server");
};
INSTANTIATE_TEST_SUITE_P(, Counting, kEachSelector, selector_name);

TEST_P(Counting, TellsEveryoneWhoComesAndGoes) {
    Client ann(server.endpoint());
    EXPECT_EQ(greeting(ann), welcome(1));
    Client bob(server.endpoint());
    EXPECT_EQ(greeting(bob), welcome(2));
    EXPECT_EQ(ann.receive_line(), "New user connected!\n");
    ann.exchange("for me alone\n");
    bob.half_close();
    EXPECT_EQ(ann.receive_line(), left(1));
    bob.expect_end();
    server.process().signal(SIGINT);
    ann.expect_end();
    expect_exit(server.process(), 0);
}

TEST_P(Counting, WhoLeavesIsCountedOnceHoweverItLeaves) {
    Client ann(server.endpoint());
    EXPECT_EQ(greeting(ann), welcome(1));
    for (int i = 0; i < 10; ++i) {
        Client bob(server.endpoint());
        greeting(bob);
        Client cid(server.endpoint());
        greeting(cid);
        EXPECT_EQ(ann.receive_line(), "New user connected!\n");
        EXPECT_EQ(ann.receive_line(), "New user connected!\n");
        // Both are gone before the server can tell one of the other.
        bob.reset();
        cid.close();
        EXPECT_EQ(ann.receive_line(), left(2));
        EXPECT_EQ(ann.receive_line(), left(1));
    }
    server.process().signal(SIGINT);
    expect_exit(server.process(), 0);
    server.process().end();
    EXPECT_EQ(server.process().err(), "");
}

TEST_P(Counting, WhoDoesNotReadStopsNobodyAndIsCutOff) {
    Client ann(server.endpoint());
    EXPECT_EQ(greeting(ann), welcome(1));
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    EXPECT_EQ(ann.receive_line(), "New user connected!\n");
    std::string line(60000, 'x');
    line.back() = '\n';
    std::string lines;
    while (lines.size() < 16 << 20)
        lines += line;
    deaf.send_until_full(lines, 200ms);
    // News that the deaf one does not read piles up, everybody else hears it;
    // at last only Ann is left.
    bool alone = false;
    for (int i = 0; i < 8000 && !alone; ++i) {
        Client(server.endpoint(), {.source = load_address(1)}).reset();
        for (int heard = 0; heard < 2 && !alone; ++heard)
            alone = ann.receive_line() == left(1);
    }
    EXPECT_TRUE(alone);
    server.process().wait_for_line("does not read", Deadline(kPatience));
}

TEST_P(Counting, AnEndlessLineSendsItsSpeakerAwayAndNobodyElse) {
    Client ann(server.endpoint());
    EXPECT_EQ(greeting(ann), welcome(1));
    Client bob(server.endpoint());
    EXPECT_EQ(ann.receive_line(), "New user connected!\n");
    bob.try_send(std::string(1 << 20, 'x'));
    EXPECT_EQ(ann.receive_line(), left(1));
}

TEST(SmallServersArguments, WrongOnesGiveTheUsage) {
    expect_usage({"sock_echo_server", "x"});
    expect_usage({"stream_echo_server", "0", "127.0.0.1", "more"});
    expect_usage({"stream_echo_client", "127.0.0.1", "x"});
    expect_usage({"stream_echo_client", "--selector=kqueue"});
    expect_usage({"counting_echo_server", "--selector=kqueue"});
    expect_usage({"task_errors"});
    expect_usage({"task_errors", "lost", "0"});
    expect_usage({"task_errors", "kept", "x"});
}

}  // namespace
}  // namespace tincan::test
