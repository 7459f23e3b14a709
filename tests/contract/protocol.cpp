#include "tests/contract/protocol.hpp"

#include "tests/support/bytes.hpp"

#include <fmt/core.h>

namespace tincan::contract {

namespace {

class Echo : public Protocol {
    void hello(test::Client& client, unsigned) const override {
        client.send(kHello);
    }
    void hear(test::Client& client) const override {
        std::string came = client.receive(kHello.size());
        if (came != kHello) {
            throw test::Failure(
                test::describe(kHello), test::describe(came),
                "the same bytes; " + test::difference(kHello, came));
        }
    }
    void talk(test::Client& client, unsigned number) const override {
        client.exchange(fmt::format("message {}\n", number));
    }
    void toil(test::Client& client, unsigned) const override {
        client.exchange_unseen(std::string_view(babble()).substr(0, 1 << 20));
    }
    const std::string& babble() const override {
        static const std::string bytes = test::binary_bytes(8 << 20);
        return bytes;
    }
    bool echoes() const override { return true; }

    static constexpr std::string_view kHello = "hello, is anybody there?\n";
};

class Chat : public Protocol {
    void hello(test::Client& client, unsigned number) const override {
        client.send(fmt::format("CONNECT guest{}\n", number));
    }
    void hear(test::Client& client) const override {
        while (!client.receive_line().starts_with("Welcome!"))
            continue;
    }
    // Everybody's words come to everybody: ours are among them.
    void talk(test::Client& client, unsigned number) const override {
        std::string words = fmt::format("message {}\n", number);
        client.send(words);
        while (!client.receive_line().ends_with(": " + words))
            continue;
    }
    void toil(test::Client& client, unsigned number) const override {
        talk(client, number);
    }
    const std::string& babble() const override {
        static const std::string lines = [] {
            std::string all;
            while (all.size() < 8 << 20)
                all += std::string(999, 'b') + "\n";
            return all;
        }();
        return lines;
    }
    bool echoes() const override { return false; }
};

}  // namespace

const Protocol& echo_protocol() {
    static const Echo echo;
    return echo;
}

const Protocol& chat_protocol() {
    static const Chat chat;
    return chat;
}

}  // namespace tincan::contract
