// accept_one, read_line, many_clients: what they print and do, also when
// somebody means harm.

#include "tests/01_support.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>

#include <filesystem>

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(AcceptOne, SaysWhoConnectedAndEnds) {
    Server server = start("accept_one");
    Client client(server.endpoint());
    EXPECT_EQ(client.receive_to_end(), "");
    EXPECT_EQ(output_at_end(server.process()),
              "listening on 127.0.0.1:" + server.endpoint().port +
                  "\ngot a connection from " + name_of(client) + "\n");
}

// It closed first, so the connection is now its own, in TIME_WAIT.
TEST(AcceptOne, CanBeStartedAgainAtOnce) {
    Server first = start("accept_one");
    {
        Client client(first.endpoint());
        client.expect_end();
    }
    output_at_end(first.process());
    auto in_time_wait = [&] {
        for (const TcpSocket& socket : sockets_on(first.port())) {
            if (socket.state == TcpState::time_wait) return true;
        }
        return false;
    };
    ASSERT_TRUE(eventually(in_time_wait, Deadline(kPatience)));

    Server second =
        Server::ours({stage_1("accept_one"), "{port}"}, {}, first.port());
    EXPECT_EQ(second.port(), first.port());
}

TEST(AcceptOne, ATakenPortIsAClearError) {
    Server first = start("accept_one");
    Process second({stage_1("accept_one"), first.endpoint().port});
    output_at_end(second, 1);
    EXPECT_EQ(second.err(),
              "accept_one: bind 127.0.0.1:" + first.endpoint().port +
                  ": Address already in use\n");
}

TEST(AcceptOne, TakesNoNames) {
    Process program({stage_1("accept_one"), "0", "localhost"});
    output_at_end(program, 2);
    EXPECT_TRUE(program.err().starts_with("usage: accept_one "));
}

TEST(Stage1, WrongArgumentsAreToldHowToDoBetter) {
    const Command wrong[]{{"accept_one", "eighty"},
                          {"read_line", "65536"},
                          {"many_clients", "0", "a", "b"},
                          {"echo_server", "-1"},
                          {"message_echo_server", ""},
                          {"message_echo_client", "localhost", "x"},
                          {"framing_demo", "cheese"}};
    for (Command command : wrong) {
        std::string usage = "usage: " + command[0];
        command[0] = stage_1(command[0]);
        Process program(command);
        output_at_end(program, 2);
        EXPECT_EQ(program.out(), "");
        EXPECT_TRUE(program.err().starts_with(usage)) << program.err();
    }
}

TEST(Stage1, NoClientIsSentWhatIsPrintedForNobody) {
    Server server = Server::ours(
        {"/bin/sh", "-c", "exec \"$0\" 0 <&- 2>&-", stage_1("echo_server")});
    Client client(server.endpoint());
    client.send("hello\n");
    EXPECT_EQ(client.receive(6), "hello\n");
    std::string process = fmt::format("/proc/{}/fd/", server.process().pid());
    for (const char* fd : {"0", "2"}) {
        EXPECT_EQ(std::filesystem::read_symlink(process + fd), "/dev/null");
    }
}

// What read_line prints for one client that sends `bytes` and no more.
std::string read_line_prints(std::string_view bytes,
                             std::string_view expected_echo) {
    Server server = start("read_line");
    Client client(server.endpoint());
    client.send(bytes);
    client.half_close();
    EXPECT_EQ(client.receive_to_end(), expected_echo);
    client.close();
    std::string printed = output_at_end(server.process());
    std::string greeting = "listening on 127.0.0.1:" + server.endpoint().port +
                           "\ngot a connection from " + name_of(client) + "\n";
    EXPECT_TRUE(printed.starts_with(greeting)) << printed;
    return printed.substr(greeting.size());
}

TEST(ReadLine, PrintsEachPieceAndThenTheWhole) {
    EXPECT_EQ(read_line_prints("testing123\r\n", "testing123\r\n"),
              R"(got data: "te"
got data: "st"
got data: "in"
got data: "g1"
got data: "23"
got data: "\r\n"
all the data is: "testing123\r\n"
)");
}

TEST(ReadLine, ALineFeedAloneEndsTheLine) {
    Server server = start("read_line");
    Client client(server.endpoint());
    client.send("hi\n");
    EXPECT_EQ(client.receive_to_end(), "hi\n");
}

TEST(ReadLine, FindsAnEndThatIsTornApart) {
    EXPECT_EQ(read_line_prints("abc\r\nmore", "abc\r\n"), R"(got data: "ab"
got data: "c\r"
got data: "\nm"
all the data is: "abc\r\n"
)");
}

TEST(ReadLine, TheEndOfTheStreamEndsALineToo) {
    EXPECT_EQ(read_line_prints("abc", "abc"), R"(got data: "ab"
got data: "c"
all the data is: "abc"
)");
    EXPECT_EQ(read_line_prints("", ""), "all the data is: \"\"\n");
}

TEST(ReadLine, NoEscapeSequenceReachesTheTerminal) {
    EXPECT_EQ(read_line_prints("\x1b[2J\n", "\x1b[2J\n"),
              R"(got data: "\x1b["
got data: "2J"
got data: "\n"
all the data is: "\x1b[2J\n"
)");
}

TEST(ReadLine, ALineThatNeverEndsIsRefused) {
    Server server = Server::ours({stage_1("read_line"), "{port}"},
                                 {.environment = {{"QUIET", "1"}}});
    Client client(server.endpoint());
    client.send(std::string(65536, 'x'));
    output_at_end(server.process(), 1);
    EXPECT_EQ(server.process().err(),
              "read_line: line longer than 65536 bytes\n");
}

TEST(ReadLine, AResetIsAClearError) {
    Server server = start("read_line");
    Client client(server.endpoint());
    client.send("half a li");
    expect_line(server, "got data: \"i\"");
    client.reset();
    output_at_end(server.process(), 1);
    EXPECT_EQ(server.process().err(),
              "read_line: recv: Connection reset by peer\n");
}

TEST(ManyClients, TheSecondClientHangsOnTheFirst) {
    Server server = start("many_clients");
    Client ann(server.endpoint());
    expect_line(server, "got a connection from " + name_of(ann));
    Client bob(server.endpoint());
    bob.send("hello\n");
    EXPECT_FALSE(bob.has_answer(kSilence));
    ann.send("at last\n");
    EXPECT_EQ(ann.receive_line(), "at last\n");

    // Bob is in now, and it is Ann's turn once more.
    expect_line(server, "got a connection from " + name_of(bob));
    EXPECT_FALSE(bob.has_answer(kSilence));
    ann.send("again\n");
    EXPECT_EQ(ann.receive_line(), "again\n");
    EXPECT_EQ(bob.receive_line(), "hello\n");
}

TEST(ManyClients, TheFirstClientHangsOnTheNextAccept) {
    Server server = start("many_clients");
    Client ann(server.endpoint());
    ann.send("one\ntwo\n");
    EXPECT_EQ(ann.receive_line(), "one\n");
    EXPECT_FALSE(ann.has_answer(kSilence));
    Client bob(server.endpoint());
    EXPECT_EQ(ann.receive_line(), "two\n") << "it was kept";
}

TEST(ManyClients, AResetHarmsNobody) {
    Server server = start("many_clients");
    Client ann(server.endpoint());
    expect_line(server, "got a connection from " + name_of(ann));
    ann.reset();
    expect_line(server,
                name_of(ann) + " disconnected: recv: Connection reset by peer");
    Client bob(server.endpoint());
    bob.send("hello\n");
    EXPECT_EQ(bob.receive_line(), "hello\n");
}

TEST(ManyClients, WhoLeftIsNotReadFromAnyMore) {
    Server server = start("many_clients");
    Client ann(server.endpoint());
    ann.send("no end");
    ann.half_close();
    EXPECT_EQ(ann.receive_to_end(), "no end");
    expect_line(server, name_of(ann) + " disconnected");

    Client bob(server.endpoint());
    bob.send("hello\n");
    EXPECT_EQ(bob.receive_line(), "hello\n");
    EXPECT_EQ(server.process().out().find("\"\""), std::string::npos)
        << "an end of stream was taken for data";
}

TEST(ManyClients, ALineThatNeverEndsIsRefused) {
    Server server = start("many_clients");
    Client ann(server.endpoint());
    ann.send(std::string(65537, 'x'));
    expect_line(server, name_of(ann) +
                            " disconnected: message longer than 65536 bytes");
    Client bob(server.endpoint());
    bob.send("hello\n");
    EXPECT_EQ(bob.receive_line(), "hello\n");
}

}  // namespace
