// The load generator tells a right server from a wrong one, and counts right.

#include "bench/load_generator.hpp"
#include "bench/tests/support.hpp"

namespace tincan::bench {
namespace {

Server right_server() {
    return Server::ours({kBuild + "/04-poll/echo_server", "{port}"});
}

std::string receive_message(const Socket& socket) {
    std::string message(kUsualMessage, '\0');
    std::span<char> rest(message);
    while (!rest.empty()) {
        std::size_t count = receive(socket, rest);
        if (count == 0)
            throw std::system_error(ECONNRESET, std::system_category());
        rest = rest.subspan(count);
    }
    return message;
}

void echo_one(const Socket& socket) {
    send_all(socket, receive_message(socket));
}

void echo_for_ever(const Socket& socket) {
    for (;;)
        echo_one(socket);
}

// What is said of one connection whose first echo is right, and whose second
// one is what `answer` makes of it.
std::string error_for(std::function<std::string(std::string)> answer) {
    WrongServer server([&](const Socket& socket, int) {
        echo_one(socket);
        send_all(socket, answer(receive_message(socket)));
        receive_message(socket);
    });
    LoadGenerator load(server.endpoint());
    EXPECT_EQ(load.connect_up_to(1).errors, 0U);
    Result result = load.count(10, kUsualMessage);
    EXPECT_EQ(result.errors, 1U);
    EXPECT_EQ(result.connections, 0U);
    EXPECT_LE(result.roundtrips, 1U);
    return result.first_error;
}

TEST(Load, CountsEveryRoundTripOfARightServer) {
    Server server = right_server();
    LoadGenerator load(server.endpoint());
    Result connected = load.connect_up_to(20);
    EXPECT_EQ(connected.connections, 20U);
    EXPECT_EQ(connected.total, 20U);

    Result result = load.count(1000, kUsualMessage);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.errors, 0U);
    EXPECT_EQ(result.connections, 20U);
    EXPECT_EQ(result.roundtrips, 1000U);
    EXPECT_EQ(result.total, 1000U);
    EXPECT_EQ(result.times.count(), 1000U);
}

TEST(Load, SendsMessagesThatNoBufferHolds) {
    Server server = right_server();
    LoadGenerator load(server.endpoint());
    ASSERT_EQ(load.connect_up_to(4).errors, 0U);
    Result result = load.count(20, kLargestMessage);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.roundtrips, 20U);
    EXPECT_EQ(result.bytes, kLargestMessage);
}

TEST(Load, RunsForAsLongAsItIsTold) {
    Server server = right_server();
    LoadGenerator load(server.endpoint());
    ASSERT_EQ(load.connect_up_to(8).errors, 0U);
    Clock::time_point start = Clock::now();
    Result result = load.run(100ms, kUsualMessage);
    EXPECT_GE(Clock::now() - start, 120ms);  // with its warm-up
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.elapsed, 100ms);
    EXPECT_GE(result.total, result.roundtrips);
    EXPECT_GE(result.total, 8U);
    EXPECT_LE(result.times.count(), result.total);
}

TEST(Load, GrowsToTheNumberItIsTold) {
    Server server = right_server();
    LoadGenerator load(server.endpoint());
    EXPECT_EQ(load.connect_up_to(3).connections, 3U);
    EXPECT_EQ(load.connect_up_to(200).connections, 200U);
    EXPECT_EQ(load.connect_up_to(200).total, 0U);
    EXPECT_EQ(load.count(400, kUsualMessage).roundtrips, 400U);
}

TEST(Load, DetectsAChangedByte) {
    std::string error = error_for([](std::string message) {
        message[5] = static_cast<char>(message[5] ^ 1);
        return message;
    });
    EXPECT_TRUE(
        error.starts_with("connection 1, round trip 2: byte 5 came back as 0x"))
        << error;
}

TEST(Load, DetectsTheEchoOfAnEarlierMessage) {
    std::string first;
    WrongServer server([&](const Socket& socket, int) {
        first = receive_message(socket);
        for (;;) {
            send_all(socket, first);
            receive_message(socket);
        }
    });
    LoadGenerator load(server.endpoint());
    ASSERT_EQ(load.connect_up_to(1).errors, 0U);
    Result result = load.count(5, kUsualMessage);
    EXPECT_EQ(result.errors, 1U);
    EXPECT_NE(result.first_error.find("byte 0 came back as"), std::string::npos)
        << result.first_error;
}

TEST(Load, DetectsBytesThatWereNeverSent) {
    EXPECT_EQ(
        error_for([](std::string message) { return message + "!"; }),
        "connection 1, round trip 2: more bytes came back than were sent");
}

TEST(Load, DetectsAnEndInTheMiddleOfAnEcho) {
    WrongServer server([](const Socket& socket, int) {
        echo_one(socket);
        send_all(socket, receive_message(socket).substr(0, 10));
    });
    LoadGenerator load(server.endpoint());
    ASSERT_EQ(load.connect_up_to(1).errors, 0U);
    EXPECT_EQ(load.count(5, kUsualMessage).first_error,
              "connection 1, round trip 2: the server closed it after 10 of 64 "
              "bytes of echo");
}

TEST(Load, DetectsAServerThatDoesNotAnswer) {
    WrongServer server([](const Socket& socket, int) {
        receive_message(socket);
        receive_message(socket);
    });
    LoadGenerator load(server.endpoint(), 200ms);
    Result result = load.connect_up_to(1);
    EXPECT_EQ(result.errors, 1U);
    EXPECT_EQ(result.first_error,
              "connection 1, round trip 1: no answer for 200 ms after 0 of 64 "
              "bytes of echo");
}

TEST(Load, GoesOnWithTheConnectionsThatAreRight) {
    WrongServer server([](const Socket& socket, int number) {
        echo_one(socket);
        if (number == 2) send_all(socket, std::string(kUsualMessage, '?'));
        echo_for_ever(socket);
    });
    LoadGenerator load(server.endpoint());
    ASSERT_LE(load.connect_up_to(3).errors, 1U);
    Result result = load.count(300, kUsualMessage);
    EXPECT_EQ(result.connections, 2U);
    EXPECT_GE(result.roundtrips, 298U);
}

TEST(Load, SaysThatNobodyListens) {
    Socket bound = test::bound_socket();
    LoadGenerator load(test::endpoint_of(bound));
    Result result = load.connect_up_to(5);
    EXPECT_EQ(result.errors, 1U);
    EXPECT_EQ(result.connections, 0U);
    EXPECT_EQ(result.first_error, "connection 1: connect: Connection refused");
}

TEST(LoadProgram, ObeysStdinAndAnswersInJson) {
    Server server = right_server();
    Process load(
        {kBuild + "/bench/load", "127.0.0.1", std::to_string(server.port())});
    load.write("connect 3\ncount 30 100\n", Deadline(5s));
    load.wait_for_line(R"({"connections": 3, "bytes": 64)", Deadline(10s));
    std::string line = load.wait_for_line(R"("bytes": 100)", Deadline(10s));
    EXPECT_NE(line.find(R"("roundtrips": 30, "total": 30)"), std::string::npos)
        << line;
    EXPECT_NE(line.find(R"("errors": 0, "first_error": ""})"),
              std::string::npos)
        << line;
    load.close_stdin();
    expect_exit(load, 0);
}

TEST(LoadProgram, FailsWithWhatWentWrong) {
    WrongServer server([](const Socket& socket, int) {
        receive_message(socket);
        send_all(socket, std::string(kUsualMessage, '?'));
        receive_message(socket);
    });
    Process load({kBuild + "/bench/load", "127.0.0.1", server.endpoint().port,
                  "1", "0.1"});
    expect_exit(load, 1);
    EXPECT_NE(load.err().find("byte 0 came back as 0x3f"), std::string::npos)
        << load.err();
}

TEST(LoadProgram, ExplainsWrongArguments) {
    expect_usage("load", {{},
                          {"127.0.0.1"},
                          {"127.0.0.1", "port"},
                          {"127.0.0.1", "1", "64"},
                          {"127.0.0.1", "1", "0", "1"},
                          {"127.0.0.1", "1", "64", "nan"},
                          {"127.0.0.1", "1", "64", "1", "2000000"},
                          {"127.0.0.1", "1", "64", "1", "64", "more"}});
}

}  // namespace
}  // namespace tincan::bench
