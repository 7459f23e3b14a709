// What chapter 1 says about its echo server, and about hanging up.

#include "tests/01_support.hpp"

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "tests/support/tcp_table.hpp"

#include <pthread.h>

#include <atomic>
#include <thread>

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(EchoServer, TheSecondClientWaits) {
    Server server = start("echo_server");
    Client ann(server.endpoint());
    expect_line(server, name_of(ann) + " connected");

    Client bob(server.endpoint());  // the kernel says yes at once,
    bob.send("hello");              // and takes this for the server
    EXPECT_TRUE(
        eventually([&] { return unread_bytes(server.port(), bob.port()) == 5; },
                   Deadline(kPatience)));
    EXPECT_FALSE(bob.has_answer(kSilence));

    ann.close();
    EXPECT_EQ(bob.receive(5), "hello");
}

TEST(EchoServer, ItSleepsWhileItWaits) {
    Server server = start("echo_server");
    Client ann(server.endpoint());
    expect_line(server, name_of(ann) + " connected");
    ann.exchange("hello");
    auto before = server.process().usage().cpu;
    EXPECT_FALSE(ann.has_answer(kSilence));
    EXPECT_LT(server.process().usage().cpu - before, kSilence / 20);
}

// Two connected sockets in this process.
struct Pair {
    explicit Pair(int client_buffer = 0) {
        Socket listener = listen_on({"127.0.0.1", "0"});
        std::string address = to_string(local_address(listener));
        client.emplace(
            Endpoint{"127.0.0.1", address.substr(address.rfind(':') + 1)},
            ClientOptions{.source = {}, .receive_buffer = client_buffer});
        server = accept_client(listener).socket;
        int size = 1 << 20;
        check(::setsockopt(server.fd(), SOL_SOCKET, SO_SNDBUF, &size,
                           sizeof size),
              "setsockopt");
    }

    std::optional<Client> client;
    Socket server;
};

const std::string kReply(200'000, 'r');  // more than a small client's kernel
                                         // takes while the client sleeps

TEST(HangingUp, APlainCloseDestroysTheReply) {
    Pair pair(4096);
    pair.client->send("a request that the server reads only a part of");
    ASSERT_TRUE(eventually([&] { return pair.client->unacknowledged() == 0; },
                           Deadline(kPatience)));
    send_all(pair.server, kReply);
    pair.server = Socket();
    Client::Ending ending = pair.client->receive_to_any_end();
    EXPECT_TRUE(ending.reset);
    EXPECT_LT(ending.bytes.size(), kReply.size());
}

TEST(HangingUp, TheReplyArrives) {
    Pair pair(4096);
    pair.client->send("a request that the server reads only a part of");
    send_all(pair.server, kReply);
    std::thread hanging_up(
        [&] { close_after_reply(std::move(pair.server), kPatience); });
    std::string reply = pair.client->receive_to_end();
    pair.client->close();
    hanging_up.join();
    EXPECT_EQ(reply, kReply);
}

TEST(HangingUp, PatienceEnds) {
    Pair pair;
    auto begin = Clock::now();
    std::atomic<bool> ended = false;
    std::thread chatterbox([&] {  // never hangs up, never pauses
        while (!ended)
            pair.client->try_send("and another thing");
    });
    close_after_reply(std::move(pair.server), 50ms);
    ended = true;
    chatterbox.join();
    EXPECT_GE(Clock::now() - begin, 50ms);
}

TEST(HangingUp, ASignalIsNoReasonToHurry) {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART: recv is cut short
    struct sigaction before {};
    check(::sigaction(SIGUSR1, &action, &before), "sigaction");

    Pair pair;
    std::atomic<bool> ended = false;
    std::thread hanging_up([&] {
        close_after_reply(std::move(pair.server), kPatience);
        ended = true;
    });
    pair.client->expect_end();  // so it has stopped sending, and waits
    for (int i = 0; i < 20; ++i) {
        ::pthread_kill(hanging_up.native_handle(), SIGUSR1);
        pair.client->send("x");
        EXPECT_TRUE(
            eventually([&] { return pair.client->unacknowledged() == 0; },
                       Deadline(kPatience)));
    }
    EXPECT_FALSE(ended);
    pair.client->close();
    hanging_up.join();
    check(::sigaction(SIGUSR1, &before, nullptr), "sigaction");
}

}  // namespace
