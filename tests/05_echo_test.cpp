// What a thread for each client means for the clients, and for the process.
#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tincan::test;

namespace {

std::string program(const std::string& name) {
    return std::string(TINCAN_BUILD_DIR) + "/05-threads/" + name;
}

Server echo_server() {
    return Server::ours({program("echo_server"), "{port}"});
}

bool comes_to_threads(const Server& server, std::size_t count) {
    return eventually([&] { return server.process().usage().threads == count; },
                      Deadline(kPatience));
}

TEST(ThreadEchoServer, TheSecondClientIsServedWhileTheFirstIsSilent) {
    Server server = echo_server();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.exchange("hello");
    ann.exchange("good morning");
}

TEST(ThreadEchoServer, EachClientHasAThreadAndTheThreadEndsWithIt) {
    Server server = echo_server();
    Client first(server.endpoint());
    first.exchange("hello");
    std::size_t with_one = server.process().usage().threads;
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i)
        clients.emplace_back(server.endpoint()).exchange("hello");
    EXPECT_EQ(server.process().usage().threads, with_one + 50);
    clients.clear();
    EXPECT_TRUE(comes_to_threads(server, with_one))
        << "there are " << server.process().usage().threads;
}

TEST(ThreadEchoServer, AClientThatNeverReadsStopsNobody) {
    Server server = echo_server();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    deaf.send_until_full(std::string(64 << 20, 'x'), 300ms);
    Client bob(server.endpoint());
    bob.exchange("hello");
}

TEST(ThreadEchoServer, CtrlCEndsAllItsThreadsAtOnce) {
    Server server = echo_server();
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i)
        clients.emplace_back(server.endpoint()).exchange("hello");
    server.process().signal(SIGINT);
    std::optional<Exit> exit = server.process().wait_exit(Deadline(kPatience));
    ASSERT_TRUE(exit) << "a thread still waits for its client";
    EXPECT_EQ(exit->signal, SIGINT);
    for (Client& client : clients)
        client.expect_end();
}

// A sanitizer takes more room than is left here.
#ifndef TINCAN_SANITIZED

constexpr rlim_t kMega = 1 << 20;

// Stacks of 1000 MiB, and room for two of them.
const ProcessOptions kTwoThreads{
    .limits = {{RLIMIT_STACK, {1000 * kMega, 1000 * kMega}},
               {RLIMIT_AS, {2700 * kMega, 2700 * kMega}}}};

class NoThreadLeft : public testing::TestWithParam<const char*> {};

TEST_P(NoThreadLeft, WhoGetsNoThreadIsRefusedAndTheOthersLive) {
    Server server = Server::ours({program(GetParam()), "{port}"}, kTwoThreads);
    Process& process = server.process();
    auto ann = std::make_optional<Client>(server.endpoint());
    process.wait_for_line("connected", Deadline(kPatience));
    Client bob(server.endpoint());
    process.wait_for_line("connected", Deadline(kPatience));
    for (int i = 0; i < 3; ++i) {
        Client refused(server.endpoint());
        process.wait_for_line("refused: no thread", Deadline(kPatience));
        refused.expect_end();
    }
    ann.reset();
    ASSERT_TRUE(comes_to_threads(server, 2));
    Client cid(server.endpoint());
    for (Client* client : {&bob, &cid}) {
        std::string message("hello\0", 6);
        client->send(message);
        EXPECT_TRUE(client->receive_line({"\0", 1}).ends_with(message));
    }
}

INSTANTIATE_TEST_SUITE_P(Servers, NoThreadLeft,
                         testing::Values("echo_server", "message_echo_server"),
                         [](const auto& server) { return server.param; });

#endif

TEST(MessageEcho, TwoAtOnceAreToldWhoTheyAre) {
    Server server = Server::ours({program("message_echo_server"), "{port}"});
    const std::string nul(1, '\0');
    Client silent(server.endpoint());
    Client client(server.endpoint());
    client.send("hello" + nul);
    EXPECT_EQ(client.receive_to_end(),
              "127.0.0.1:" + std::to_string(client.port()) + ": hello" + nul);
    silent.send(nul);
    EXPECT_EQ(silent.receive_to_end(),
              "127.0.0.1:" + std::to_string(silent.port()) + ": " + nul);
}

// In a thread of its own, an exception that nobody catches ends all of them.
TEST(MessageEcho, WhatIsNoMessageEndsItsOwnThreadAndNoOther) {
    Server server = Server::ours({program("message_echo_server"), "{port}"});
    const std::string nul(1, '\0');
    Client ann(server.endpoint());
    for (const std::string& bad : {"\xff" + nul, std::string(70000, 'x')}) {
        Client bob(server.endpoint());
        bob.try_send(bad);
        bob.receive_to_any_end();
        Client cid(server.endpoint());
        cid.send("half");
        cid.reset();
    }
    ann.send("hello" + nul);
    EXPECT_TRUE(ann.receive_to_end().ends_with("hello" + nul));
}

}  // namespace
