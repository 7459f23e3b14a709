// What chapter 1 says about its echo server, and about hanging up.

#include "tests/01_support.hpp"

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "tests/support/tcp_table.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

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

TEST(EchoServer, AClientThatNeverReadsStopsTheServer) {
    Server server = start("echo_server");
    Client ann(server.endpoint(),
               {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
    ann.send_until_full(std::string(64 << 20, 'x'), kSilence);
    Client bob(server.endpoint());
    bob.send("hello");
    EXPECT_FALSE(bob.has_answer(kSilence));
    ann.reset();
    EXPECT_EQ(bob.receive(5), "hello");
}

TEST(EchoServer, WhoHasSaidEverythingStillGetsItsEcho) {
    Server server = start("echo_server");
    Client bob(server.endpoint());
    bob.send("hello");
    bob.half_close();
    EXPECT_EQ(bob.receive_to_end(), "hello");
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
        client.emplace(
            endpoint_of(listener),
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

std::string receive_some(const Socket& socket, std::size_t size) {
    std::string bytes(size, '\0');
    bytes.resize(receive(socket, bytes));
    return bytes;
}

TEST(Stream, TwoSendsMayArriveAsOne) {
    Pair pair;
    pair.client->send("one");
    pair.client->send("two");
    ASSERT_TRUE(eventually([&] { return pair.client->unacknowledged() == 0; },
                           Deadline(kPatience)));
    EXPECT_EQ(receive_some(pair.server, 100), "onetwo");
}

TEST(Stream, OneSendMayArriveInPieces) {
    Pair pair;
    pair.client->send("one");
    EXPECT_EQ(receive_some(pair.server, 2), "on");
    EXPECT_EQ(receive_some(pair.server, 2), "e");
}

TEST(Stream, SendReturnsBeforeThePeerHasTheBytes) {
    Pair pair(4096);
    send_all(pair.server, std::string(200'000, 'x'));
    int waiting = 0;
    check(::ioctl(pair.server.fd(), SIOCOUTQ, &waiting), "ioctl");
    EXPECT_GT(waiting, 0);
}

TEST(Stream, ACloseIsAnEndAndAResetIsAnError) {
    Pair closed;
    closed.client->close();
    EXPECT_EQ(receive_some(closed.server, 10), "");

    Pair reset;
    reset.client->reset();
    EXPECT_THROW(receive_some(reset.server, 10), std::system_error);
    Address peer;
    EXPECT_EQ(::getpeername(reset.server.fd(), peer.get(), &peer.size), -1)
        << "the kernel has forgotten who it was";
}

TEST(Queue, WhenItIsFullTheNextClientWaits) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    check(::listen(listener.fd(), 0), "listen");  // room for one all the same
    Endpoint server = endpoint_of(listener);
    Client first(server);
    // It is connected before the listener's kernel has put it into the queue.
    pollfd arrived{listener.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&arrived, 1, Deadline(kPatience).poll_timeout()), 1);
    EXPECT_THROW(
        Client(server,
               {.source = {}, .patience = std::chrono::milliseconds(kSilence)}),
        Failure);
    EXPECT_TRUE(accept_client(listener));
    Client second(server);
}

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
    EXPECT_EQ(ending.how, Client::Ending::reset);
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
