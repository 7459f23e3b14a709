// What the chat of stage 5 promises beyond what all of them do
// (04_nul_chat_test.cpp).
#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tincan::test;

namespace {

const std::string kNul(1, '\0');
class ThreadChat : public testing::Test {
protected:
    // A client that the server has taken in: it has heard itself.
    Client join(ClientOptions options = {}) {
        Client client(server.endpoint(), std::move(options));
        client.send("here" + kNul);
        EXPECT_TRUE(client.receive_line(kNul).ends_with(": here" + kNul));
        return client;
    }

    Usage usage() const { return server.process().usage(); }

    // Waits until the server has as many descriptors and threads as `before`.
    void expect_nothing_left(const Usage& before, Deadline deadline) const {
        EXPECT_TRUE(eventually(
            [&] {
                Usage now = usage();
                return now.descriptors == before.descriptors &&
                       now.threads == before.threads;
            },
            deadline))
            << usage().descriptors - before.descriptors << " descriptors and "
            << usage().threads - before.threads << " threads are left";
    }

    Server server = Server::ours(
        {std::string(TINCAN_BUILD_DIR) + "/05-threads/chat_server", "{port}"});
};

TEST_F(ThreadChat, EachClientHasTwoThreads) {
    Client first = join();
    std::size_t with_one = usage().threads;
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(join());
    EXPECT_EQ(usage().threads, with_one + 20);
}

TEST_F(ThreadChat, EverybodyHearsEverythingInTheSameOrder) {
    constexpr int kMessages = 100;
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(join());
        for (Client& other : clients) {
            if (&other != &clients.back()) other.receive_line(kNul);
        }
    }
    std::string words;
    for (int i = 0; i < kMessages; ++i)
        words += "word " + std::to_string(i) + kNul;
    for (Client& client : clients)
        client.send(words);
    std::vector<std::string> heard(clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) {
        for (std::size_t m = 0; m < kMessages * clients.size(); ++m)
            heard[i] += clients[i].receive_line(kNul);
        EXPECT_EQ(heard[i], heard[0]) << "client " << i;
    }
}

TEST_F(ThreadChat, NothingIsLeftOfAClientHoweverItGoes) {
    Client ann = join();
    Usage before = usage();
    for (int i = 0; i < 10; ++i) {
        join().close();
        join().reset();
        Client rude = join();
        rude.send("\xff" + kNul);
        rude.receive_to_any_end();
    }
    expect_nothing_left(before, Deadline(kPatience));
}

// Words for somebody who has reset the connection: the sending thread fails,
// while the other one may have noticed too.
TEST_F(ThreadChat, BothThreadsMayFindOutThatTheirClientHasGone) {
    Client ann = join();
    Usage before = usage();
    for (int i = 0; i < 50; ++i) {
        Client bob = join();
        ann.receive_line(kNul);
        ann.send("one" + kNul);
        bob.reset();
        ann.send("two" + kNul);
        for (const char* word : {"one", "two"})
            EXPECT_TRUE(ann.receive_line(kNul).ends_with(word + kNul));
    }
    expect_nothing_left(before, Deadline(kPatience));
}

// The kernel keeps some megabytes, nobody knows how many, and the server
// 256 KiB. Steps of less than that find an amount that is too much for the one
// and not for the other.
TEST_F(ThreadChat, ASendGivesUpAfterTenSecondsInWhichTheClientTookNothing) {
    Client ann = join();
    Usage before = usage();
    const std::string text(50000, 'x');
    for (int messages = 20; messages < 200; messages += 4) {
        Client bob = join({.receive_buffer = 4096});
        ann.receive_line(kNul);
        for (int i = 0; i < messages; ++i) {
            ann.send(text + kNul);
            ann.receive_line(kNul);
        }
        bob.half_close();
        bool all_sent =
            eventually([&] { return usage().threads == before.threads; },
                       Deadline::unscaled(1s));
        if (all_sent) continue;
        expect_nothing_left(before, Deadline(30s));
        return;
    }
    ADD_FAILURE() << "no send ever waited";
}

}  // namespace
