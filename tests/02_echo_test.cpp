// What chapter 2 says about sockets that do not wait, and about its server.

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "tests/echo_support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

using namespace std::chrono_literals;
using namespace tincan;
using namespace tincan::test;

namespace {

Server start_busy(const ProcessOptions& options = {}) {
    return Server::ours(
        {TINCAN_BUILD_DIR "/02-nonblocking-busy/echo_server", "{port}"},
        options);
}

std::size_t descriptors(const Server& server) {
    return server.process().usage().descriptors;
}

// Two connected sockets in this process; the server's does not wait.
struct Pair {
    Pair() {
        listener = listen_on({"127.0.0.1", "0"});
        client.emplace(endpoint_of(listener));
        server = accept_client(listener, SOCK_NONBLOCK).socket;
    }

    Socket listener;
    std::optional<Client> client;
    Socket server;
};

TEST(NonBlocking, NotYetIsNeitherAnErrorNorTheEnd) {
    Pair pair;
    std::array<char, 16> buffer;
    EXPECT_EQ(try_receive(pair.server, buffer), std::nullopt);

    auto came = [&] { return try_receive(pair.server, buffer); };
    std::optional<std::size_t> count;
    pair.client->send("one");
    EXPECT_TRUE(eventually([&] { return (count = came()).has_value(); },
                           Deadline(kPatience)));
    EXPECT_EQ(count, 3U);
    EXPECT_EQ(came(), std::nullopt);

    pair.client->close();
    EXPECT_TRUE(eventually([&] { return (count = came()).has_value(); },
                           Deadline(kPatience)));
    EXPECT_EQ(count, 0U) << "the end";
}

TEST(NonBlocking, ItTakesOnlyWhatThereIsRoomFor) {
    Pair pair;
    const std::string bytes(kTooMuch, 'x');
    std::optional<std::size_t> sent = try_send(pair.server, bytes);
    ASSERT_TRUE(sent);
    EXPECT_GT(*sent, 0U);
    EXPECT_LT(*sent, bytes.size());
    EXPECT_TRUE(eventually([&] { return !try_send(pair.server, bytes); },
                           Deadline(kPatience)))
        << "there always is room";
}

TEST(NonBlocking, AClientDoesNotInheritItFromTheListener) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Client client(endpoint_of(listener));
    set_nonblocking(listener);
    Arrival arrival;
    ASSERT_TRUE(
        eventually([&] { return bool(arrival = accept_client(listener)); },
                   Deadline(kPatience)));
    EXPECT_FALSE(::fcntl(arrival.socket.fd(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(listener.fd(), F_GETFL) & O_NONBLOCK);
}

TEST(BusyEchoServer, TheSecondClientIsServedWhileTheFirstIsSilent) {
    Server server = start_busy();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.exchange("hello");
    ann.exchange("good morning");
}

TEST(BusyEchoServer, AClientThatNeverReadsStopsNobody) {
    Server server = start_busy();
    Client ann = narrow_client(server);
    ann.send_until_full(std::string(kTooMuch, 'x'), kSilence);
    Client bob(server.endpoint());
    bob.exchange("hello");
}

TEST(BusyEchoServer, WhoDoesNotTakeItsEchoIsNotReadFrom) {
    Server server = start_busy();
    Client ann = narrow_client(server);
    const std::string bytes(kTooMuch, 'x');
    EXPECT_LT(ann.send_until_full(bytes, kSilence), bytes.size());
    EXPECT_GT(unread_bytes(server.port(), ann.port()), 0U)
        << "somebody keeps reading";
}

TEST(BusyEchoServer, NothingIsLostAndNothingComesTwice) {
    Server server = start_busy();
    Client ann = narrow_client(server);
    const std::string bytes = binary_bytes(8 << 20);
    std::size_t sent = ann.send_until_full(bytes, kSilence);
    ASSERT_LT(sent, bytes.size()) << "no send was cut short";
    ann.exchange(bytes, sent);
    EXPECT_FALSE(ann.has_answer(kSilence)) << "more came than was sent";
}

TEST(BusyEchoServer, APauseInTheMiddleLosesNothing) {
    Server server = start_busy();
    Client ann(server.endpoint());
    ann.send("hel");
    EXPECT_EQ(ann.receive(3), "hel");
    EXPECT_FALSE(ann.has_answer(kSilence));
    ann.exchange("lo\n");
}

TEST(BusyEchoServer, WhoHasSaidEverythingIsForgotten) {
    Server server = start_busy();
    std::size_t before = descriptors(server);
    Client ann(server.endpoint());
    ann.exchange("goodbye");
    ann.half_close();
    ann.expect_end();
    EXPECT_TRUE(eventually([&] { return descriptors(server) == before; },
                           Deadline(kPatience)));
}

TEST(BusyEchoServer, ButNotBeforeItHasItsEcho) {
    Server server = start_busy();
    Client ann = narrow_client(server);
    const std::string bytes = binary_bytes(8 << 20);
    std::size_t sent = ann.send_until_full(bytes, kSilence);
    ann.half_close();
    EXPECT_EQ(difference(bytes.substr(0, sent), ann.receive_to_end()), "");
}

TEST(BusyEchoServer, AResetHarmsNobody) {
    expect_resets_harm_nobody(start_busy());
}

// Sends, and takes its echo, faster than any server can return it: a megabyte
// a call, and MSG_TRUNC discards what has come without looking at it.
class Torrent {
public:
    explicit Torrent(const Server& server)
        : client_(waiting_client(server)),
          sending_([this] {
              const std::string bytes(1 << 20, 'x');
              while (::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0)
                  continue;
          }),
          discarding_([this] {
              std::string untouched(1 << 20, '\0');
              while (::recv(fd(), untouched.data(), untouched.size(),
                            MSG_TRUNC) > 0)
                  ++pieces_;
          }) {}
    ~Torrent() { ::shutdown(fd(), SHUT_RDWR); }

    int pieces() const { return pieces_; }

private:
    static Client waiting_client(const Server& server) {
        Client client(server.endpoint());
        check(::fcntl(client.socket().fd(), F_SETFL, 0), "fcntl");
        return client;
    }
    int fd() const { return client_.socket().fd(); }

    Client client_;
    std::atomic<int> pieces_ = 0;
    std::jthread sending_;
    std::jthread discarding_;
};

TEST(BusyEchoServer, WhoSendsWithoutAPauseDelaysNobodyForLong) {
    Server server = start_busy();
    Client bob(server.endpoint());
    bob.exchange("hello");
    Torrent ann(server);
    EXPECT_TRUE(
        eventually([&] { return ann.pieces() > 100; }, Deadline(kPatience)));
    for (int word = 0; word < 20; ++word) {
        bob.send("hello");
        EXPECT_TRUE(bob.has_answer(1s));
        EXPECT_EQ(bob.receive(5), "hello");
    }
}

// CPU time that a server would like to have while its client says nothing, as
// a share of the time.
double idle_share(const Server& server) {
    Client ann(server.endpoint());
    ann.exchange("hello");
    auto start = test::Clock::now();
    auto before = server.process().usage().runnable;
    EXPECT_FALSE(ann.has_answer(kSilence));
    std::chrono::duration<double> wanted =
        server.process().usage().runnable - before;
    std::chrono::duration<double> time = test::Clock::now() - start;
    return wanted / time;
}

TEST(BusyEchoServer, ItNeverSleeps) {
    EXPECT_GT(idle_share(start_busy()), 0.5);
}

TEST(BusyEchoServer, ItsSilenceCostsTenTimesThatOfStageThree) {
    double busy = idle_share(start_busy());
    double waiting = idle_share(
        Server::ours({TINCAN_BUILD_DIR "/03-select/echo_server", "{port}"}));
    fmt::print("while nobody speaks: {:.2f} % of a core, stage 3 {:.2f} %\n",
               busy * 100, waiting * 100);
    EXPECT_GT(busy, 10 * waiting);
}

TEST(BusyEchoServer, WhenDescriptorsRunOutItServesThoseItHas) {
    Server server = start_busy();
    Client ann(server.endpoint());
    ann.exchange("hello");
    Client bob = client_too_many(server);
    ann.exchange("is it me?");
    EXPECT_FALSE(bob.has_answer(kSilence));

    ann.close();
    EXPECT_EQ(bob.receive(5), "hello");
}

TEST(BusyEchoServer, ItSaysSoOnceASecondAndNotInEveryRound) {
    Server server = start_busy();
    Client ann(server.endpoint());
    ann.exchange("hello");
    pid_t group = server.process().pid();
    limit_descriptors(group, highest_descriptor(group) + 1);
    auto start = test::Clock::now();
    Client bob(server.endpoint());
    const std::string complaint = "out of descriptors";
    for (int time = 0; time < 2; ++time)
        server.process().wait_for_line(complaint, Deadline(kPatience));
    EXPECT_GE(test::Clock::now() - start, 1s);
}

}  // namespace
