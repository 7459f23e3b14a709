// message_echo_server and message_echo_client, each against the other and
// against peers that break the rules.

#include "tests/01_support.hpp"

#include "01-blocking/connection.hpp"
#include "01-blocking/framing.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

std::string echo_of(const Server& server, std::string_view bytes) {
    Client client(server.endpoint());
    client.send(bytes);
    std::string echo = client.receive_to_end();
    client.close();
    return echo;
}

TEST(MessageEchoServer, SendsTheMessageBackAndHangsUp) {
    Server server = start("message_echo_server");
    Client client(server.endpoint());
    client.send("hello\0"s);
    EXPECT_EQ(client.receive_to_end(), "hello\0"s);
    client.close();
    expect_line(server, name_of(client) + " connected");
    expect_line(server, name_of(client) + ": hello");
    expect_line(server, name_of(client) + " disconnected");
}

TEST(MessageEchoServer, AnEmptyMessageComesBack) {
    Server server = start("message_echo_server");
    EXPECT_EQ(echo_of(server, "\0"s), "\0"s);
}

TEST(MessageEchoServer, AMessageEndsAtItsFirstNul) {
    Server server = start("message_echo_server");
    EXPECT_EQ(echo_of(server, "a\0b"s), "a\0"s);
    EXPECT_EQ(echo_of(server, "a\0\0\0b\0"s), "a\0"s);
}

TEST(MessageEchoServer, AMessageMayComeByteByByte) {
    Server server = start("message_echo_server");
    Client client(server.endpoint());
    for (char byte : "鼻 und Mund\0"s)
        client.send({&byte, 1});
    EXPECT_EQ(client.receive_to_end(), "鼻 und Mund\0"s);
}

TEST(MessageEchoServer, TheReplyArrivesThoughMoreWasSent) {
    Server server = start("message_echo_server");
    Client client(server.endpoint());
    client.send("hello\0"s + std::string(200'000, 'x'));
    EXPECT_EQ(client.receive_to_end(), "hello\0"s);
}

TEST(MessageEchoServer, WhoDoesNotHangUpIsLeftAfterASecond) {
    Server server = start("message_echo_server");
    Client ann(server.endpoint());
    ann.send("hello\0"s);
    EXPECT_EQ(ann.receive_to_end(), "hello\0"s);
    EXPECT_EQ(echo_of(server, "next\0"s), "next\0"s);
}

// Sends `bytes`, which is no message, and expects to be hung up on without an
// answer, the reason to be told, and the next client to be served.
void expect_refused(std::string_view bytes, const std::string& reason,
                    bool half_close = false) {
    Server server = start("message_echo_server");
    Client client(server.endpoint());
    client.send(bytes);
    if (half_close) client.half_close();
    EXPECT_EQ(client.receive_to_any_end().bytes, "");
    expect_line(server, name_of(client) + " disconnected" + reason);
    EXPECT_EQ(echo_of(server, "next\0"s), "next\0"s);
}

TEST(MessageEchoServer, WhatIsNotUtf8IsRefused) {
    expect_refused("\xff\0"s, ": message is not UTF-8");
    expect_refused("\xc0\xaf\0"s, ": message is not UTF-8");
    expect_refused("\xed\xa0\x80\0"s, ": message is not UTF-8");
}

TEST(MessageEchoServer, WhatIsTooLongIsRefused) {
    Server server = start("message_echo_server");
    std::string longest = std::string(kMaxMessage, 'x') + '\0';
    EXPECT_EQ(echo_of(server, longest), longest);
    expect_refused(std::string(kMaxMessage + 1, 'x'),
                   ": message longer than 65536 bytes");
}

TEST(MessageEchoServer, HalfAMessageIsRefused) {
    expect_refused("hel", ": the stream ended inside a message", true);
    expect_refused("", "", true);
}

TEST(MessageEchoServer, AResetHarmsNobody) {
    Server server = start("message_echo_server");
    Client ann(server.endpoint());
    ann.send("hel");
    expect_line(server, name_of(ann) + " connected");
    ann.reset();
    expect_line(server,
                name_of(ann) + " disconnected: recv: Connection reset by peer");
    EXPECT_EQ(echo_of(server, "next\0"s), "next\0"s);
}

TEST(MessageEchoServer, NoEscapeSequenceReachesTheTerminal) {
    Server server = start("message_echo_server");
    Client client(server.endpoint());
    client.send("\x1b[2J\n\0"s);
    expect_line(server, name_of(client) + R"(: \x1b[2J\n)");
}

Process client_of(const Endpoint& server) {
    return Process({stage_1("message_echo_client"), server.host, server.port});
}

TEST(MessageEchoClient, ShowsWhatComesBack) {
    Server server = start("message_echo_server");
    Process client = client_of(server.endpoint());
    client.write("hello world\n\n鼻\nq\n", Deadline(kPatience));
    std::string conversation;
    for (std::string text : {"hello world", "", "鼻"}) {
        conversation +=
            "type a message, Enter sends it, q quits\n"
            "connected to 127.0.0.1:" +
            server.endpoint().port + "\nsent message: " + text +
            "\nreceived echo: " + text + "\nclosed connection to server\n";
    }
    EXPECT_EQ(output_at_end(client),
              conversation + "type a message, Enter sends it, q quits\n");
}

TEST(MessageEchoClient, EndsWithItsInput) {
    Process client = client_of({"127.0.0.1", "1"});
    client.close_stdin();
    output_at_end(client);
}

// The other order would occupy the server while somebody thinks.
TEST(MessageEchoClient, ASlowTypistKeepsNobodyWaiting) {
    Server server = start("message_echo_server");
    Process client = client_of(server.endpoint());
    client.wait_for_line("type a message", Deadline(kPatience));
    Client quick(server.endpoint());
    quick.send("quick\0"s);
    EXPECT_EQ(quick.receive_to_end(), "quick\0"s);
    EXPECT_EQ(server.process().wait_for_line(" connected", Deadline(kPatience)),
              name_of(quick) + " connected")
        << "the first one to connect";
}

TEST(MessageEchoClient, AServerThatIsNotThereIsAClearError) {
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    Process client = client_of(nobody);
    client.write("hello\n", Deadline(kPatience));
    output_at_end(client, 1);
    EXPECT_EQ(client.err(), "message_echo_client: connect " +
                                to_string(nobody) + ": Connection refused\n");
}

TEST(MessageEchoClient, RefusesToSendWhatIsNotAMessage) {
    for (auto [text, why] :
         {std::pair{"\xff\n"s, "message is not UTF-8"s},
          std::pair{"a\0b\n"s, "message contains the delimiter"s},
          std::pair{std::string(kMaxMessage + 1, 'x') + '\n',
                    "message longer than 65536 bytes"s}}) {
        Process client = client_of({"127.0.0.1", "1"});
        client.write(text, Deadline(kPatience));
        output_at_end(client, 1);
        EXPECT_EQ(client.err(), "message_echo_client: " + why + "\n");
    }
}

// How the client ends when its server answers with these bytes and hangs up.
struct Answered {
    std::string out;
    std::string err;
};
Answered answered_with(std::string_view bytes, int status) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Process client = client_of(endpoint_of(listener));
    client.write("hello\nq\n", Deadline(kPatience));
    Socket server = accept_in_time(listener);
    send_all(server, bytes);
    finish_sending(server);
    std::string out = output_at_end(client, status);
    return {out, client.err()};
}

TEST(MessageEchoClient, TrustsNoServer) {
    EXPECT_NE(
        answered_with("\x1b[2J\0"s, 0).out.find("received echo: \\x1b[2J\n"),
        std::string::npos);
    EXPECT_EQ(answered_with("\xff\0"s, 1).err,
              "message_echo_client: message is not UTF-8\n");
    EXPECT_EQ(answered_with("hel", 1).err,
              "message_echo_client: the stream ended inside a message\n");
    EXPECT_EQ(answered_with("", 1).err,
              "message_echo_client: the server hung up without an answer\n");
    EXPECT_EQ(answered_with(std::string(kMaxMessage + 1, 'x'), 1).err,
              "message_echo_client: message longer than 65536 bytes\n");
}

}  // namespace
