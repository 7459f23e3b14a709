// What chapter 3 says about select itself.

#include "tests/03_support.hpp"

#include "01-blocking/connection.hpp"
#include "tests/support/tcp_table.hpp"

#include <fcntl.h>
#include <sys/select.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>

using namespace tincan;
using namespace tincan::test;

namespace {

// Two connected sockets in this process.
struct Pair {
    Pair() {
        Socket listener = listen_on({"127.0.0.1", "0"});
        client.emplace(endpoint_of(listener),
                       ClientOptions{.source = {}, .receive_buffer = 4096});
        server = accept_client(listener, SOCK_NONBLOCK).socket;
    }

    std::optional<Client> client;
    Socket server;
};

enum class For { reading, writing };

// Whether select calls this descriptor ready within `wait`.
bool ready(int fd, For what, std::chrono::milliseconds wait) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    timeval timeout{.tv_sec = wait / 1s, .tv_usec = wait % 1s / 1us};
    int count = what == For::reading
                    ? ::select(fd + 1, &set, nullptr, nullptr, &timeout)
                    : ::select(fd + 1, nullptr, &set, nullptr, &timeout);
    return check(count, "select") > 0;
}

TEST(Select, ItOverwritesItsSets) {
    Pair silent, talking;
    talking.client->send("hello");
    ASSERT_TRUE(ready(talking.server.fd(), For::reading, kPatience));

    fd_set set;
    FD_ZERO(&set);
    FD_SET(silent.server.fd(), &set);
    FD_SET(talking.server.fd(), &set);
    int highest = std::max(silent.server.fd(), talking.server.fd());
    EXPECT_EQ(::select(highest + 1, &set, nullptr, nullptr, nullptr), 1);
    EXPECT_TRUE(FD_ISSET(talking.server.fd(), &set));
    EXPECT_FALSE(FD_ISSET(silent.server.fd(), &set));
}

TEST(Select, AnIdleSocketIsAlwaysReadyForWriting) {
    Pair pair;
    for (int time = 0; time < 3; ++time)
        EXPECT_TRUE(ready(pair.server.fd(), For::writing, 0ms));
    EXPECT_FALSE(ready(pair.server.fd(), For::reading, 0ms));
}

TEST(Select, AFullOneIsNotReadyForWriting) {
    Pair pair;
    const std::string bytes(1 << 20, 'x');
    auto send = [&] {
        return ::send(pair.server.fd(), bytes.data(), bytes.size(),
                      MSG_NOSIGNAL);
    };
    while (ready(pair.server.fd(), For::writing, kSilence)) {
        ASSERT_TRUE(send() > 0 || errno == EAGAIN);
    }
    EXPECT_FALSE(ready(pair.server.fd(), For::writing, 0ms));
}

TEST(Select, AfterTheEndASocketIsReadableForEver) {
    Pair pair;
    pair.client->close();
    std::array<char, 16> buffer;
    for (int time = 0; time < 3; ++time) {
        ASSERT_TRUE(ready(pair.server.fd(), For::reading, kPatience));
        EXPECT_EQ(receive(pair.server, buffer), 0U);
    }
}

TEST(Select, WhatWasReadyMayBeGone) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    int flags = check(::fcntl(listener.fd(), F_GETFL), "fcntl");
    check(::fcntl(listener.fd(), F_SETFL, flags | O_NONBLOCK), "fcntl");
    Client client(endpoint_of(listener));
    ASSERT_TRUE(ready(listener.fd(), For::reading, kPatience));
    ASSERT_TRUE(accept_client(listener));  // as another process might
    EXPECT_EQ(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC), -1);
    EXPECT_EQ(errno, EAGAIN) << "a blocking one would wait now";
}

// Two sets side by side: the second is what happens to lie behind the first.
TEST(Select, BeyondTheSetItWritesIntoWhateverLiesThere) {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    Pair pair;
    Socket high(
        check(::fcntl(pair.server.fd(), F_DUPFD_CLOEXEC, FD_SETSIZE), "fcntl"));

    auto memory = std::make_unique<std::array<fd_set, 2>>();
    auto& [set, neighbour] = *memory;
    FD_ZERO(&set);
    std::memset(&neighbour, 0, sizeof neighbour);
    FD_SET(high.fd() - FD_SETSIZE, &neighbour);  // where FD_SET(high) would
    timeval at_once{.tv_sec = 0, .tv_usec = 0};
    EXPECT_EQ(
        ::select(high.fd() + 1, memory->data(), nullptr, nullptr, &at_once), 0)
        << "no error: nothing is said about it";
    EXPECT_FALSE(FD_ISSET(high.fd() - FD_SETSIZE, &neighbour))
        << "the kernel left the neighbour alone";
}

// Two lines in one piece, read as std::getline and fgets do.
TEST(BufferedReading, HidesTheSecondLineFromSelect) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    std::unique_ptr<FILE, int (*)(FILE*)> input(::fdopen(ends[0], "r"),
                                                ::fclose);
    Socket typing(ends[1]);
    ASSERT_EQ(::write(typing.fd(), "one\ntwo\n", 8), 8);
    ASSERT_TRUE(ready(ends[0], For::reading, kPatience));
    std::array<char, 100> line;
    ASSERT_TRUE(std::fgets(line.data(), line.size(), input.get()));
    EXPECT_STREQ(line.data(), "one\n");
    EXPECT_FALSE(ready(ends[0], For::reading, kSilence));
    ASSERT_TRUE(std::fgets(line.data(), line.size(), input.get()));
    EXPECT_STREQ(line.data(), "two\n") << "it had been there all the time";
}

}  // namespace
