// One suite for every server that speaks the NUL-framed chat: everybody hears
// everybody, in order and once; who breaks the rules goes, and nobody else
// notices.
#include "tests/04_support.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace tincan::test;

namespace {

const std::string kNul(1, '\0');

std::string said_by(const Client& speaker, const std::string& text) {
    return "127.0.0.1:" + std::to_string(speaker.port()) + ": " + text + kNul;
}

class NulChat : public testing::TestWithParam<std::string> {
protected:
    // A client that the server has taken in: it has heard itself. Everybody in
    // `others` has heard it too.
    Client join(const std::vector<Client*>& others = {},
                ClientOptions options = {}) {
        Client client(server.endpoint(), std::move(options));
        client.send("here" + kNul);
        expect_heard({&client}, said_by(client, "here"));
        expect_heard(others, said_by(client, "here"));
        return client;
    }

    void expect_heard(const std::vector<Client*>& listeners,
                      const std::string& message) {
        for (Client* listener : listeners) {
            EXPECT_EQ(listener->receive_line(kNul), message);
        }
    }

    void expect_logged(const std::string& text) {
        EXPECT_NO_THROW(server.process().wait_for_line(text, Deadline(5s)));
    }

    static Server start(const ProcessOptions& options = {}) {
        std::istringstream words(GetParam());
        std::string path;
        std::string option;
        words >> path >> option;
        Command command{TINCAN_BUILD_DIR "/" + path, "{port}"};
        if (!option.empty()) command.push_back(option);
        return Server::ours(command, options);
    }

    Server server = start();
};

TEST_P(NulChat, EverybodyHearsEverybodyTheSpeakerToo) {
    Client ann = join();
    Client bob = join({&ann});
    ann.send("hello" + kNul);
    expect_heard({&ann, &bob}, said_by(ann, "hello"));
    bob.send("\xe9\xbc\xbb" + kNul);
    expect_heard({&ann, &bob}, said_by(bob, "\xe9\xbc\xbb"));
}

TEST_P(NulChat, AnEmptyMessageIsAMessage) {
    Client ann = join();
    ann.send(kNul);
    expect_heard({&ann}, said_by(ann, ""));
}

TEST_P(NulChat, MessagesMayBeSplitAndGluedAtEveryByte) {
    Client ann = join();
    Client bob = join({&ann});
    std::string stream = "caerphilly" + kNul + "鼻" + kNul + "brie" + kNul;
    for (std::size_t split = 1; split < stream.size(); ++split) {
        ann.send(stream.substr(0, split));
        ann.send(stream.substr(split));
        for (const char* text : {"caerphilly", "鼻", "brie"}) {
            expect_heard({&ann, &bob}, said_by(ann, text));
        }
    }
    for (char byte : stream)
        ann.send({&byte, 1});
    for (const char* text : {"caerphilly", "鼻", "brie"}) {
        expect_heard({&ann, &bob}, said_by(ann, text));
    }
}

TEST_P(NulChat, TheLastWordsOfOneWhoLeavesAreHeard) {
    Client ann = join();
    Client bob = join({&ann});
    bob.send("good-bye" + kNul);
    bob.half_close();
    expect_heard({&ann, &bob}, said_by(bob, "good-bye"));
    EXPECT_EQ(bob.receive_to_end(), "");
}

TEST_P(NulChat, HalfAMessageIsNobodysWhenItsSpeakerLeaves) {
    Client ann = join();
    Client bob = join({&ann});
    bob.send("I was about to");
    bob.close();
    expect_logged("disconnected");
    ann.send("yes?" + kNul);
    expect_heard({&ann}, said_by(ann, "yes?"));
}

TEST_P(NulChat, AResetClientHarmsNobody) {
    Client ann = join();
    for (int i = 0; i < 20; ++i) {
        Client bob = join({&ann});
        bob.send("half");
        bob.reset();
        expect_logged("disconnected");
    }
    ann.send("still here" + kNul);
    expect_heard({&ann}, said_by(ann, "still here"));
}

TEST_P(NulChat, TwoWhoLeaveAtOnceTakeNobodyWithThem) {
    Client ann = join();
    for (int i = 0; i < 20; ++i) {
        Client bob = join({&ann});
        Client cid = join({&ann, &bob});
        ann.send("now" + kNul);
        bob.close();
        cid.close();
        expect_heard({&ann}, said_by(ann, "now"));
    }
}

TEST_P(NulChat, WhatIsNotUtf8SendsItsSpeakerAwayAndNobodyElse) {
    Client ann = join();
    for (std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe9\xbc"}) {
        Client bob = join({&ann});
        bob.send("fine" + kNul + bad + kNul + "unheard" + kNul);
        expect_heard({&ann}, said_by(bob, "fine"));
        expect_logged("UTF-8");
        EXPECT_TRUE(bob.receive_to_any_end().bytes.find("unheard") ==
                    std::string::npos);
    }
    ann.send("still here" + kNul);
    expect_heard({&ann}, said_by(ann, "still here"));
}

TEST_P(NulChat, AMessageWithoutEndSendsItsSpeakerAwayAndNobodyElse) {
    Client ann = join();
    Client bob = join({&ann});
    bob.try_send(std::string(1 << 20, 'x'));
    expect_logged("longer than");
    bob.receive_to_any_end();
    ann.send("still here" + kNul);
    expect_heard({&ann}, said_by(ann, "still here"));
}

TEST_P(NulChat, ControlCharactersDoNotReachTheServersTerminal) {
    Client ann = join();
    ann.send("\x1b[2J" + kNul);
    expect_heard({&ann}, said_by(ann, "\x1b[2J"));
    expect_logged("\\x1b[2J");
}

TEST_P(NulChat, WhoDoesNotReadIsSentAwayAndTheOthersHearAll) {
    Client ann = join();
    Client deaf = join({&ann}, {.receive_buffer = 4096});
    std::size_t before = anonymous_memory(server.process().pid());
    const std::string text(60000, 'x');
    // The kernel takes a few MiB for the deaf one, the server 256 KiB.
    for (int i = 0; i < 200; ++i) {
        ann.send(text + kNul);
        expect_heard({&ann}, said_by(ann, text));
    }
    expect_logged("does not read");
    if (kMemoryIsJudged) {
        EXPECT_LT(anonymous_memory(server.process().pid()), before + (4 << 20));
    }
}

// Far more than a server keeps for one client, from a server that does not even
// take the time to print it.
TEST_P(NulChat, AFloodOfShortMessagesSendsNobodyAway) {
    server = start({.environment = {{"QUIET", "1"}}});
    Client ann = join({}, {.patience = kPatience});
    Client bob = join({&ann}, {.patience = kPatience});
    constexpr int kMessages = 50000;
    const std::size_t size = kMessages * said_by(ann, "").size();
    for (int round = 0; round < 3; ++round) {
        auto heard = std::async(std::launch::async,
                                [&] { return bob.receive(size).size(); });
        ann.send(std::string(kMessages, '\0'));
        EXPECT_EQ(ann.receive(size).size(), size);
        EXPECT_EQ(heard.get(), size);
    }
}

TEST_P(NulChat, AHundredClientsAllHearEachMessageOnceAndInOrder) {
    constexpr int kClients = 100;
    constexpr int kMessages = 10;
    std::vector<Client> clients;
    for (int i = 0; i < kClients; ++i) {
        std::vector<Client*> others;
        for (Client& client : clients)
            others.push_back(&client);
        clients.push_back(join(others));
    }
    for (int m = 0; m < kMessages; ++m) {
        for (Client& client : clients) {
            client.send("message " + std::to_string(m) + kNul);
        }
    }
    for (Client& listener : clients) {
        std::map<std::string, int> next;  // by speaker: which message comes
        for (int i = 0; i < kClients * kMessages; ++i) {
            std::string line = listener.receive_line(kNul);
            std::size_t end = line.find(": ");
            ASSERT_NE(end, std::string::npos) << line;
            int& number = next[line.substr(0, end)];
            ASSERT_EQ(line.substr(end),
                      ": message " + std::to_string(number) + kNul);
            ++number;
        }
        EXPECT_EQ(next.size(), kClients);
        EXPECT_FALSE(listener.has_answer(0ms)) << "one too many";
    }
}

// Below the build directory, some with an option.
const std::vector<std::string> kServers{
    "04-poll/chat_server",
    "05-threads/chat_server",
    "06-coroutines/protocol_chat_server",
#ifdef TINCAN_GREEN_CHAT  // it is built
    "06-coroutines/green_chat_server --selector=select",
    "06-coroutines/green_chat_server --selector=poll",
    "06-coroutines/green_chat_server --selector=epoll",
#endif
};

INSTANTIATE_TEST_SUITE_P(Servers, NulChat, testing::ValuesIn(kServers),
                         [](const auto& server) {
                             std::string name = server.param;
                             std::erase(name, '=');
                             for (char other : {'/', '-', ' '})
                                 std::ranges::replace(name, other, '_');
                             return name;
                         });

}  // namespace
