// The load of a chat tells a right server from a wrong one, and counts right.

#include "bench/chat_load.hpp"
#include "bench/tests/support.hpp"

namespace tincan::bench {
namespace {

std::string receive_line(const Socket& socket) {
    std::string line;
    while (!line.ends_with('\n')) {
        char c = 0;
        if (receive(socket, {&c, 1}) == 0) {
            throw std::system_error(ECONNRESET, std::system_category());
        }
        line += c;
    }
    return line;
}

// What is said of a chat in which one client talks, and hears what `answer`
// makes of the number of its message and the line that it should hear.
std::string error_for(std::function<std::string(int, std::string)> answer,
                      std::chrono::milliseconds patience = 10s) {
    WrongServer server([&](const Socket& socket, int) {
        receive_line(socket);
        send_all(socket,
                 "Welcome! 1 user(s) are online!\ntalker0 connected!\n");
        for (int count = 0;; ++count)
            send_all(socket, answer(count, "talker0: " + receive_line(socket)));
    });
    ChatLoad load(server.endpoint(), patience);
    ChatResult result = load.join(1);
    if (!result.first_error.empty()) return result.first_error;
    result = load.say(5);
    EXPECT_EQ(result.errors + result.clients, 1U);
    return result.first_error;
}

TEST(ChatLoad, HasNoErrorWhereThereIsNone) {
    EXPECT_EQ(error_for([](int, std::string line) { return line; }), "");
}

TEST(ChatLoad, DetectsAMessageThatNeverComes) {
    // Where this machine stands still for 200 ms, more than one is missing.
    std::string error;
    auto one_is_missing = [&] {
        error = error_for(
            [](int count, const std::string& line) {
                return count == 2 ? "" : line;
            },
            200ms);
        return error == "talker0: nothing for 200 ms; 1 messages are missing";
    };
    EXPECT_TRUE(test::eventually(one_is_missing, Deadline(10s))) << error;
}

TEST(ChatLoad, DetectsAMessageThatComesTwice) {
    std::string error = error_for([](int count, const std::string& line) {
        return count == 2 ? line + line : line;
    });
    EXPECT_TRUE(
        error.starts_with("talker0: after 3 messages of talker0 it "
                          "heard talker0: 00"))
        << error;
}

TEST(ChatLoad, DetectsAnEarlierMessageInPlaceOfTheNext) {
    std::string first;
    std::string error = error_for([&](int count, const std::string& line) {
        if (count == 0) first = line;
        return count == 1 ? first : line;
    });
    EXPECT_TRUE(error.starts_with("talker0: after 1 messages of talker0"))
        << error;
}

TEST(ChatLoad, DetectsAChangedByte) {
    std::string error = error_for([](int count, std::string line) {
        if (count == 3) line[20] = 'x';
        return line;
    });
    EXPECT_NE(error.find("it heard talker0: 00000000000x00"), std::string::npos)
        << error;
}

TEST(ChatLoad, DetectsARefusalAndAnEnd) {
    EXPECT_EQ(error_for([](int, const std::string&) {
                  return "! 602 \"too\" fast\n";
              }),
              "talker0: the server said ! 602 ?too? fast?");
    EXPECT_EQ(error_for([](int, const std::string&) -> std::string {
                  throw std::system_error(ECONNRESET, std::system_category());
              }),
              "talker0: the server closed it");
}

TEST(ChatLoad, DetectsAServerThatLetsNobodyIn) {
    WrongServer server([](const Socket& socket, int) {
        receive_line(socket);
        receive_line(socket);
    });
    ChatLoad load(server.endpoint(), 200ms);
    ChatResult result = load.join(1);
    EXPECT_EQ(result.errors, 1U);
    EXPECT_EQ(result.first_error, "talker0: nothing for 200 ms; it is not in");
}

TEST(ChatLoad, SaysThatNobodyListens) {
    Socket bound = test::bound_socket();
    ChatLoad load(test::endpoint_of(bound));
    ChatResult result = load.join(5);
    EXPECT_GE(result.errors, 1U);
    EXPECT_EQ(result.clients, 0U);
    EXPECT_EQ(result.first_error, "talker0: connect: Connection refused");
}

#ifdef TINCAN_CHAT_SERVER
TEST(ChatLoad, CountsEveryDeliveryOfARightServer) {
    Server server = Server::ours(
        {kBuild + "/07-chat/chat_server", "{port}", "--rate", "0"});
    ChatLoad load(server.endpoint());
    ChatResult result = load.join(20);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.clients, 20U);
    EXPECT_EQ(result.notices, 20U + 20 * 21 / 2);  // and a welcome each

    result = load.say(50);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.messages, 50 * kTalkers);
    EXPECT_EQ(result.total, 50 * kTalkers * 20);
    EXPECT_EQ(result.deliveries, result.total);
    EXPECT_EQ(result.times.count(), result.total);

    result = load.stall(2);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.clients, 20U);
    result = load.storm(30);
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.clients, 30U);

    auto begin = Clock::now();
    result = load.talk(100ms);
    EXPECT_GE(Clock::now() - begin, 120ms);  // with its warm-up
    EXPECT_EQ(result.first_error, "");
    EXPECT_EQ(result.elapsed, 100ms);
    EXPECT_EQ(result.total, result.messages * 30);
    EXPECT_LE(result.deliveries, result.total);
}
#endif

TEST(ChatLoadProgram, ExplainsWrongArguments) {
    expect_usage("chat_load", {{},
                               {"127.0.0.1"},
                               {"127.0.0.1", "port"},
                               {"127.0.0.1", "1", "64"},
                               {"127.0.0.1", "1", "0", "1"},
                               {"127.0.0.1", "1", "64", "nan"},
                               {"127.0.0.1", "1", "64", "1", "64"}});
}

TEST(ChatLoadProgram, ObeysStdinAndAnswersInJson) {
    WrongServer server([](const Socket& socket, int) {
        receive_line(socket);
        send_all(socket, "talker0 connected!\n");
        for (;;)
            send_all(socket, "talker0: " + receive_line(socket));
    });
    Process load(
        {kBuild + "/bench/chat_load", "127.0.0.1", server.endpoint().port});
    load.write("join 1\nsay 7\n", Deadline(5s));
    load.wait_for_line(R"({"clients": 1, "seconds": )", Deadline(10s));
    std::string line = load.wait_for_line(
        R"("deliveries": 7, "total": 7, "messages": 7, "notices": 0)",
        Deadline(10s));
    EXPECT_NE(line.find(R"("errors": 0, "first_error": ""})"),
              std::string::npos)
        << line;
    load.close_stdin();
    expect_exit(load, 0);
}

}  // namespace
}  // namespace tincan::bench
