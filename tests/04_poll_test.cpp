// What stage 4 says about poll and epoll: asked of the kernel, and of the echo
// servers that stand on them.
#include "04-poll/epoll_selector.hpp"
#include "tests/04_support.hpp"
#include "tests/support/bytes.hpp"

#include <poll.h>

#include <array>
#include <vector>

using namespace tincan;
using namespace tincan::test;

namespace {

// What poll reports at once.
short poll_now(int fd, short wanted) {
    pollfd entry{fd, wanted, 0};
    check(::poll(&entry, 1, 0), "poll");
    return entry.revents;
}

TEST(Poll, AHangUpComesBesideTheLastWords) {
    Pair pair = make_pair();
    send_all(pair.theirs, "last words");
    pair.theirs = Socket();
    EXPECT_EQ(poll_now(pair.ours.fd(), POLLIN), POLLIN | POLLHUP);
    std::array<char, 100> buffer;
    EXPECT_EQ(receive(pair.ours, buffer), "last words"s.size());
    EXPECT_EQ(receive(pair.ours, buffer), 0U);
}

TEST(Poll, AClosedDescriptorIsReportedUnasked) {
    Pair pair = make_pair();
    int fd = pair.theirs.fd();
    pair.theirs = Socket();
    EXPECT_EQ(poll_now(fd, 0), POLLNVAL);
}

TEST(Poll, ANegativeDescriptorIsPassedOver) {
    EXPECT_EQ(poll_now(-1, POLLIN), 0);
}

// How often two calls tell of five bytes of which we take two in between.
int times_told(Trigger trigger) {
    EpollSelector selector;
    Pair pair = make_pair();
    selector.add(pair.ours.fd(), kReadable, 1, trigger);
    send_all(pair.theirs, "hello");
    std::size_t told = selector.select(0ns).size();
    std::array<char, 2> some;
    receive(pair.ours, some);
    return static_cast<int>(told + selector.select(0ns).size());
}

TEST(Level, TellsAgainOfTheRest) {
    EXPECT_EQ(times_told(Trigger::level), 2);
}

TEST(Edge, NeverTellsOfTheRest) {
    EXPECT_EQ(times_told(Trigger::edge), 1);
}

TEST(PollEchoServer, ServesTwoThousandClients) {
    allow_many_descriptors();
    Server server = Server::ours({stage_4("echo_server"), "{port}"},
                                 {.environment = {{"QUIET", "1"}}});
    std::vector<Client> crowd;
    for (std::size_t i = 0; i < 2000; ++i) {
        crowd.emplace_back(server.endpoint(),
                           ClientOptions{.source = load_address(i)});
    }
    crowd.back().exchange("hello");
    crowd.front().exchange("hello");
}

TEST(PollEchoServer, WhoWaitsTogetherIsTakenInTogether) {
    Server server = Server::ours({stage_4("echo_server"), "{port}"});
    std::vector<Client> clients;
    {
        Pause pause(server);
        for (int i = 0; i < 10; ++i) {
            clients.emplace_back(server.endpoint());
            clients.back().half_close();
        }
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        std::string line =
            server.process().wait_for_line("connected", Deadline(kPatience));
        EXPECT_EQ(line.find("disconnected"), std::string::npos) << line;
    }
}

void expect_whole_echo(const Command& command) {
    Server server = Server::ours(command);
    Client client(server.endpoint());
    std::string bytes = binary_bytes(4 << 20);
    std::size_t stuck = client.send_until_full(bytes, 100ms);
    client.exchange(bytes, stuck);
}

TEST(EpollEchoServer, EchoesAllOfItLevelTriggered) {
    expect_whole_echo({stage_4("epoll_echo_server"), "{port}"});
}

TEST(EpollEchoServer, EchoesAllOfItEdgeTriggered) {
    expect_whole_echo({stage_4("epoll_echo_server"), "--edge", "{port}"});
}

TEST(EpollEchoServer, ItSleepsWhileNobodySpeaks) {
    for (Command command :
         {Command{stage_4("epoll_echo_server"), "{port}"},
          Command{stage_4("epoll_echo_server"), "--edge", "{port}"}}) {
        Server server = Server::ours(command);
        Client client(server.endpoint());
        client.exchange("hello");
        EXPECT_LT(busy_while_silent(server, client), kSilence / 10);
    }
}

}  // namespace
