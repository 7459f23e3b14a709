#include "tests/faults/conversation.hpp"

#include "tests/support/bytes.hpp"

#include <fmt/core.h>

#include <chrono>

namespace tincan::faults {

using namespace std::chrono_literals;
using test::Client;
using test::Failure;

namespace {

const std::string kNul(1, '\0');

void begin_echo(Client& client) {
    client.exchange("hello");
    client.exchange(test::binary_bytes(3000));
}

void end_echo(Client& client, const std::vector<std::string>&) {
    client.exchange("good-bye");
    client.half_close();
    client.expect_end();
}

void begin_message(Client&) {}

void expect_answer(Client& client, const std::string& answer) {
    std::string came = client.receive_to_end();
    if (came != answer) {
        throw Failure("one message", test::describe(came),
                      test::describe(answer));
    }
}

void end_message(Client& client, const std::vector<std::string>&) {
    client.send("message" + kNul);
    expect_answer(client, "message" + kNul);
}

void end_named_message(Client& client, const std::vector<std::string>&) {
    client.send("message" + kNul);
    expect_answer(client, name_of(client) + ": message" + kNul);
}

void begin_lines(Client& client) {
    client.exchange("hello\n");
    client.exchange("a long line, " + std::string(3000, 'x') + "\n");
}

void end_lines(Client& client, const std::vector<std::string>&) {
    client.exchange("good-bye\n");
    client.half_close();
    client.expect_end();
}

// Everything up to `own`, which answers `said`.
std::string say_and_hear(Client& client, const std::string& said,
                         const std::string& own) {
    client.send(said);
    std::string heard;
    while (!heard.ends_with(own))
        heard += client.receive_line(own.substr(own.size() - 1));
    return heard;
}

void expect_heard(std::string_view heard, const std::string& message,
                  std::size_t times = 1) {
    std::size_t at = 0;
    for (std::size_t found = 0; found < times; ++found) {
        at = heard.find(message, at);
        if (at == std::string::npos) {
            throw Failure(
                "good-bye", test::describe(heard),
                fmt::format("{} × {}", times, test::describe(message)));
        }
        at += message.size();
    }
}

void begin_counting_echo(Client& client) {
    say_and_hear(client, "hello\n", "hello\n");
}

// It hears of everybody who came and went between its two halves.
void end_counting_echo(Client& client, const std::vector<std::string>& others) {
    std::string heard = say_and_hear(client, "good-bye\n", "good-bye\n");
    for (std::string news : {"New user connected!\n", "Client disconnected. "})
        expect_heard(heard, news, others.size());
    client.half_close();
    client.expect_end();
}

void begin_counted_lines(Client& client) {
    client.receive_line("\n");  // when the server began
}

void end_counted_lines(Client& client, const std::vector<std::string>&) {
    client.send("20\n");
    std::string answer;
    for (int i = 0; i < 20; ++i)
        answer += fmt::format("client: {}, {}\n", name_of(client), i);
    expect_answer(client, answer);
}

std::string say_message(Client& client, const std::string& text) {
    return say_and_hear(client, text + kNul,
                        name_of(client) + ": " + text + kNul);
}

void begin_nul_chat(Client& client) {
    say_message(client, "hello");
}

void end_nul_chat(Client& client, const std::vector<std::string>& speakers) {
    std::string heard = say_message(client, "good-bye");
    for (const std::string& speaker : speakers) {
        expect_heard(heard, speaker + ": hello" + kNul);
        expect_heard(heard, speaker + ": good-bye" + kNul);
    }
    client.half_close();
    client.expect_end();
}

// What somebody with this address is called: "port53412".
std::string nick_of(const std::string& name) {
    return "port" + name.substr(name.rfind(':') + 1);
}

std::string say_line(Client& client, const std::string& text) {
    return say_and_hear(client, text + "\n",
                        nick_of(name_of(client)) + ": " + text + "\n");
}

void begin_line_chat(Client& client) {
    std::string nick = nick_of(name_of(client));
    say_and_hear(client, "CONNECT " + nick + "\n", nick + " connected!\n");
    say_line(client, "hello");
}

void end_line_chat(Client& client, const std::vector<std::string>& speakers) {
    std::string heard = say_line(client, "good-bye");
    for (const std::string& speaker : speakers) {
        std::string nick = nick_of(speaker);
        expect_heard(heard, nick + " connected!\n");
        expect_heard(heard, nick + ": hello\n");
        expect_heard(heard, nick + ": good-bye\n");
        expect_heard(heard, nick + " has left the chat\n");
    }
    client.half_close();
    client.expect_end();
}

// Not the address on which servers get their ports.
constexpr const char* kSource = "127.0.0.2";

}  // namespace

const Conversation kEcho{begin_echo, end_echo};
const Conversation kMessageEcho{begin_message, end_message};
const Conversation kNamedMessageEcho{begin_message, end_named_message};
const Conversation kEchoedLines{begin_lines, end_lines};
const Conversation kCountingEcho{begin_counting_echo, end_counting_echo};
const Conversation kCountedLines{begin_counted_lines, end_counted_lines};
const Conversation kNulChat{begin_nul_chat, end_nul_chat};
const Conversation kLineChat{begin_line_chat, end_line_chat};

Client connect_client(const Endpoint& server) {
    return Client(server, {.source = kSource, .patience = 10s});
}

std::string name_of(const Client& client) {
    return kSource + (":" + std::to_string(client.port()));
}

}  // namespace tincan::faults
