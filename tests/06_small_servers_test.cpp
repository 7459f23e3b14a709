// The small servers of stage 6: what they say, what they print, and that the
// faults of those they are modelled on are not theirs.
#include "01-blocking/connection.hpp"
#include "tests/06_programs_support.hpp"

#include <array>
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
    deaf.send_until_stuck(lines, server.process().pid());
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

class SimpleConnections : public Programs {
protected:
    Process client(const std::string& count, const std::string& port) {
        return Process(
            with_selector("simple_connections", {"client", count, port}));
    }
};
INSTANTIATE_TEST_SUITE_P(, SimpleConnections, kEachSelector, selector_name);

// "1.4 Got line:  text": the seconds, once the text is checked.
double time_of(const std::string& line, const std::string& text) {
    EXPECT_TRUE(line.ends_with(" " + text)) << line;
    return std::stod(line);
}

TEST_P(SimpleConnections, TwoClientsTakeASecondALineOnOneClock) {
    Server server =
        start_server("simple_connections", {"server", "{port}", "60"});
    Process& process = server.process();
    std::string port = std::to_string(server.port());
    Process two = client("2", port);
    std::string connected =
        process.wait_for_line("Client connected ", Deadline(kPatience));
    std::string name = connected.substr(connected.rfind(' ') + 1);
    double begun = time_of(connected, "Client connected " + name);
    for (const std::string& text :
         {"Started sending to " + name, "client: " + name + ", 0",
          "client: " + name + ", 1", "Finished sending to " + name}) {
        double time =
            time_of(process.wait_for_line(" ", Deadline(kPatience)), text);
        EXPECT_LT(time, begun + 0.9) << "the server waits for its client";
    }
    Process one = client("1", port);
    // Times are rounded to a tenth.
    double first = time_of(two.wait_for_line("Got", Deadline(kPatience)),
                           "Got line:  client: " + name + ", 0");
    double second = time_of(two.wait_for_line("Got", Deadline(kPatience)),
                            "Got line:  client: " + name + ", 1");
    EXPECT_GE(first, begun + 0.89);
    EXPECT_GE(second, first + 0.89);
    EXPECT_LT(second, begun + 2 + 2 * time_scale());
    one.wait_for_line(", 0", Deadline(kPatience));
    expect_exit(two, 0);
    expect_exit(one, 0);
    process.signal(SIGINT);
    expect_exit(process, 0);
}

TEST_P(SimpleConnections, ABadCountGetsAnErrorLine) {
    Server server =
        start_server("simple_connections", {"server", "{port}", "60"});
    for (const std::string& bad :
         {"many"s, "-1"s, "1001"s, ""s, "99999999999999999999"s, "1 2"s}) {
        Client raw(server.endpoint());
        raw.receive_line();
        raw.send(bad + "\r\n");
        EXPECT_EQ(raw.receive_to_end(),
                  "error: '" + bad + "' is no number from 0 to 1000\n");
    }
    Client endless(server.endpoint());
    endless.try_send(std::string(1 << 20, '1'));
    endless.receive_to_any_end();
    Process typed = client("many", std::to_string(server.port()));
    typed.wait_for_line("Got line:  error: 'many' is no number from 0 to 1000",
                        Deadline(kPatience));
    expect_exit(typed, 0);
}

TEST_P(SimpleConnections, TheServerEndsInTime) {
    Server server =
        start_server("simple_connections", {"server", "{port}", "1"});
    Client idle(server.endpoint());
    idle.receive_line();
    expect_exit(server.process(), 0);
}

// One client, and what a server written here answers it.
std::string served(const Socket& listener, std::string_view answer,
                   std::string_view request_end) {
    Socket client = accept_in_time(listener);
    std::string request;
    std::array<char, 1000> buffer;
    while (!request.ends_with(request_end)) {
        std::size_t count = receive(client, buffer);
        if (count == 0) break;
        request.append(buffer.data(), count);
    }
    send_all(client, answer);
    return request;
}

TEST_P(SimpleConnections, AStartTimeThatIsNoneEndsTheClient) {
    for (const char* bad : {"nan\n", "soon\n", "\n", ""}) {
        Socket listener = listen_on({"127.0.0.1", "0"});
        Process process = client("1", endpoint_of(listener).port);
        served(listener, bad, "");
        expect_exit(process, 1);
        process.end();
        EXPECT_EQ(process.err(),
                  "simple_connections: the server does not tell its start "
                  "time\n");
    }
}

class HttpGet : public Programs {};
INSTANTIATE_TEST_SUITE_P(, HttpGet, kEachSelector, selector_name);

TEST_P(HttpGet, AsksAndPrintsLineByLineWhatATerminalMayShow) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    std::string port = endpoint_of(listener).port;
    Process process(with_selector("http_get", {"127.0.0.1", port}));
    std::string request = served(
        listener, "HTTP/1.1 200 OK\r\nAge: 1\r\n\r\n<html>\n\x1b[2J\nno end",
        "\r\n\r\n");
    EXPECT_EQ(request,
              "GET / HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:" + port +
                  "\r\n\r\n");
    expect_exit(process, 0);
    process.end();
    EXPECT_EQ(process.out(),
              "HTTP/1.1 200 OK\nAge: 1\n\n<html>\n\\x1b[2J\nno end\n");
    EXPECT_EQ(process.err(), "");
}

TEST_P(HttpGet, WhoCannotBeReachedIsOneLine) {
    Socket bound = bound_socket();
    Process process(
        with_selector("http_get", {"127.0.0.1", endpoint_of(bound).port}));
    expect_exit(process, 1);
    process.end();
    EXPECT_TRUE(process.err().starts_with("http_get: connect 127.0.0.1:"))
        << process.err();
}

TEST(SmallServersArguments, WrongOnesGiveTheUsage) {
    expect_usage({"sock_echo_server", "x"});
    expect_usage({"stream_echo_server", "0", "127.0.0.1", "more"});
    expect_usage({"stream_echo_client", "127.0.0.1", "x"});
    expect_usage({"stream_echo_client", "--selector=kqueue"});
    expect_usage({"counting_echo_server", "--selector=kqueue"});
    expect_usage({"simple_connections"});
    expect_usage({"simple_connections", "server", "x"});
    expect_usage({"simple_connections", "server", "0", "soon"});
    expect_usage({"simple_connections", "client"});
    expect_usage({"simple_connections", "client", "1", "x"});
    expect_usage({"simple_connections", "peer", "1"});
    expect_usage({"http_get"});
    expect_usage({"http_get", "localhost", "http"});
    expect_usage({"http_get", "localhost", "80", "more"});
    expect_usage({"task_errors"});
    expect_usage({"task_errors", "lost", "0"});
    expect_usage({"task_errors", "kept", "x"});
}

}  // namespace
}  // namespace tincan::test
