#include "tests/faults/conversation.hpp"

#include "tests/support/bytes.hpp"

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

// Everything up to what the client itself has said.
std::string say_and_hear(Client& client, const std::string& text) {
    client.send(text + kNul);
    std::string own = name_of(client) + ": " + text + kNul;
    std::string heard;
    while (!heard.ends_with(own))
        heard += client.receive_line(kNul);
    return heard;
}

void begin_chat(Client& client) {
    say_and_hear(client, "hello");
}

void end_chat(Client& client, const std::vector<std::string>& speakers) {
    std::string heard = say_and_hear(client, "good-bye");
    for (const std::string& speaker : speakers) {
        for (const char* text : {": hello", ": good-bye"}) {
            std::string message = speaker + text + kNul;
            if (heard.find(message) == std::string::npos) {
                throw Failure("good-bye", test::describe(heard),
                              "also " + test::describe(message));
            }
        }
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
const Conversation kNulChat{begin_chat, end_chat};

Client connect_client(const Endpoint& server) {
    return Client(server, {.source = kSource, .patience = 10s});
}

std::string name_of(const Client& client) {
    return kSource + (":" + std::to_string(client.port()));
}

}  // namespace tincan::faults
