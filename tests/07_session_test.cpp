// A session of the chat server on the virtual clock: time-outs of a minute take
// no time, and are exact.

#include "07-chat/session.hpp"
#include "tests/06_support.hpp"
#include "tests/support/client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace {

class SessionTest : public testing::Test {
protected:
    static void run(Coro<void> main) { run_virtual("epoll", std::move(main)); }

private:
    LeavesNothing nothing_;
};

// Rooms with sessions in it. Outlives them, in a test's coroutine.
struct House {
    Limits limits;
    Rooms rooms{limits.history};
    chat::Log log{chat::Log::Level::off, STDOUT_FILENO};
};

Coro<void> run_session(House& house, Streams streams) {
    Session session(std::move(streams.first), std::move(streams.second),
                    house.rooms, house.limits, house.log);
    co_await session.run();
}

// A client's end, and the session at the other.
struct Visitor {
    Streams streams;
    Task<void> session;

    StreamReader& in() { return streams.first; }
    StreamWriter& out() { return streams.second; }
};

Visitor visit(House& house) {
    auto [here, there] = socket_pair();
    return {make_streams(std::move(there), "client's end"),
            EventLoop::running().create_task(
                run_session(house, make_streams(std::move(here), "visitor")),
                "session")};
}

// All that comes until the server closes.
Coro<std::string> read_to_end(Visitor& visitor) {
    std::string all;
    std::string_view bytes;
    do {
        bytes = co_await visitor.in().read();
        all += bytes;
    } while (!bytes.empty());
    visitor.out().close();
    co_await visitor.session;
    co_return all;
}

Coro<void> say_nothing() {
    House house;
    TimePoint begin = EventLoop::running().time();
    Visitor stranger = visit(house);
    std::string heard = co_await read_to_end(stranger);
    EXPECT_EQ(heard, "");
    EXPECT_EQ(EventLoop::running().time() - begin, 10s);
}

TEST_F(SessionTest, ClosesTenSecondsAfterAClientThatDoesNotConnect) {
    run(say_nothing());
}

Coro<void> be_refused_for_ten_seconds() {
    House house;
    TimePoint begin = EventLoop::running().time();
    Visitor stranger = visit(house);
    for (int i = 0; i < 2; ++i) {
        co_await sleep(4s);
        stranger.out().write("hello\n");
    }
    std::string heard = co_await read_to_end(stranger);
    EXPECT_EQ(heard, "! 451 say CONNECT first\n! 451 say CONNECT first\n");
    EXPECT_EQ(EventLoop::running().time() - begin, 10s);
}

TEST_F(SessionTest, DoesNotGiveAStrangerMoreTimeForEveryLine) {
    run(be_refused_for_ten_seconds());
}

Coro<void> fall_silent() {
    House house;
    Visitor ann = visit(house);
    co_await sleep(5s);
    ann.out().write("CONNECT Ann\n");
    co_await sleep(59s);
    ann.out().write("hello\n");
    co_await sleep(59s);
    ann.out().write("this is no line");
    TimePoint last = EventLoop::running().time();
    std::string heard = co_await read_to_end(ann);
    EXPECT_EQ(heard,
              "Welcome! 1 user(s) are online!\nAnn connected!\nAnn: hello\n"
              "-server- you said nothing for 60 s: goodbye\n");
    EXPECT_EQ(EventLoop::running().time() - last, 1s);
}

TEST_F(SessionTest, ClosesAMinuteAfterTheLastLine) {
    run(fall_silent());
}

// Far from 64 KiB, but more than the kernel takes for Ann.
Coro<void> be_deaf() {
    House house;
    house.limits.send_buffer = 4608;
    house.limits.rate = 0;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n");
    Visitor bob = visit(house);
    bob.out().write("CONNECT Bob\n");
    TimePoint begin = EventLoop::running().time();
    std::string heard;
    std::string words = std::string(1000, 'x') + "\n";
    for (int i = 0; i < 20; ++i)
        bob.out().write(words);
    while (heard.find("Ann has left the chat\n") == std::string::npos) {
        heard += co_await bob.in().read();
    }
    EXPECT_EQ(EventLoop::running().time() - begin, 10s);
    // Nobody else was affected.
    bob.out().write("/quit\n");
    heard += co_await read_to_end(bob);
    EXPECT_TRUE(heard.ends_with("Ann has left the chat\n"));
    co_await read_to_end(ann);
}

TEST_F(SessionTest, DropsWhoTakesNothingForTenSeconds) {
    run(be_deaf());
}

// The same, but she reads in time, every time.
Coro<void> be_slow() {
    House house;
    house.limits.send_buffer = 4608;
    house.limits.rate = 0;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n");
    std::string words = std::string(1000, 'x') + "\n";
    for (int i = 0; i < 20; ++i)
        ann.out().write(words);
    std::string heard;
    while (heard.size() < 20 * words.size()) {
        co_await sleep(1s);
        heard += co_await ann.in().read(2000);
    }
    ann.out().write("/quit\n");
    heard += co_await read_to_end(ann);
    EXPECT_TRUE(heard.ends_with(words));
}

TEST_F(SessionTest, KeepsWhoIsOnlySlow) {
    run(be_slow());
}

Coro<void> leave_with_a_deaf_one() {
    House house;
    house.limits.send_buffer = 4608;
    house.limits.rate = 0;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n");
    std::string words = std::string(1000, 'x') + "\n";
    for (int i = 0; i < 20; ++i)
        ann.out().write(words);
    ann.out().write("/quit\n");
    TimePoint begin = EventLoop::running().time();
    co_await ann.session;
    EXPECT_EQ(EventLoop::running().time() - begin, 10s);
}

TEST_F(SessionTest, WaitsTenSecondsForWhoLeavesAndTakesNothing) {
    run(leave_with_a_deaf_one());
}

// What comes until the answer to a ping, which must not be too fast.
Coro<std::string> hear_out(Visitor& visitor) {
    visitor.out().write("/ping\n");
    std::string heard;
    std::string_view bytes;
    do {
        bytes = co_await visitor.in().read();
        heard += bytes;
    } while (!bytes.empty() && !heard.ends_with("-server- pong\n"));
    co_return heard;
}

Coro<void> talk_fast() {
    House house;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n1\n2\n3\n4\n5\n6\n");
    co_await sleep(499ms);
    ann.out().write("too early\n");
    co_await sleep(1ms);
    std::string heard = co_await hear_out(ann);
    EXPECT_EQ(heard,
              "Welcome! 1 user(s) are online!\nAnn connected!\nAnn: 1\n"
              "Ann: 2\nAnn: 3\nAnn: 4\nAnn: 5\n! 602 too fast\n"
              "! 602 too fast\n-server- pong\n");
    // However long she is silent, no more than a burst.
    co_await sleep(30s);
    ann.out().write("1\n2\n3\n4\n5\n6\n/quit\n");
    ann.out().write_eof();
    heard = co_await read_to_end(ann);
    EXPECT_EQ(heard,
              "Ann: 1\nAnn: 2\nAnn: 3\nAnn: 4\nAnn: 5\n"
              "! 602 too fast\n! 602 too fast\n");
}

TEST_F(SessionTest, TakesABurstOfFiveThenTwoLinesASecond) {
    run(talk_fast());
}

Coro<void> be_too_fast_now_and_then() {
    House house;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n1\n2\n3\n4\n5\n");
    co_await sleep(1ms);
    std::string heard;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 19; ++i)
            ann.out().write("x\n");
        co_await sleep(500ms);
        heard = co_await hear_out(ann);
    }
    for (int i = 0; i < 20; ++i)
        ann.out().write("x\n");
    heard = co_await read_to_end(ann);
    std::string refused;
    for (int i = 0; i < 20; ++i)
        refused += "! 602 too fast\n";
    EXPECT_EQ(heard, refused);
}

TEST_F(SessionTest, ClosesAtTheTwentiethLineInARowThatIsTooFast) {
    run(be_too_fast_now_and_then());
}

Coro<void> look_at_the_socket() {
    House house;
    Socket listener = listen_on({"127.0.0.1", "0"});
    Socket client = connect_to(endpoint_of(listener));
    Streams streams = make_streams(accept_client(listener).socket, "visitor");
    StreamWriter writer = streams.second;
    Task<void> session =
        EventLoop::running().create_task(run_session(house, streams));
    co_await sleep(Duration::zero());
    auto option = [&](int level, int name) {
        int value = 0;
        socklen_t size = sizeof value;
        EXPECT_EQ(::getsockopt(writer.fd(), level, name, &value, &size), 0);
        return value;
    };
    // Twice, because the kernel counts what it needs itself. socket(7)
    EXPECT_EQ(option(SOL_SOCKET, SO_SNDBUF), 2 * house.limits.send_buffer);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 10'000);
    writer.abort();
    co_await session;
}

TEST_F(SessionTest, BoundsWhatTheKernelKeepsForItAndForHowLong) {
    run(look_at_the_socket());
}

Coro<void> be_cancelled() {
    House house;
    Visitor ann = visit(house);
    ann.out().write("CONNECT Ann\n");
    Visitor bob = visit(house);
    bob.out().write("CONNECT Bob\n");
    std::string heard;
    while (heard.find("Bob connected!\n") == std::string::npos) {
        heard += co_await bob.in().read();
    }
    ann.session.cancel();
    while (heard.find("Ann has left the chat\n") == std::string::npos) {
        heard += co_await bob.in().read();
    }
    bob.out().close();
    co_await bob.session;
}

TEST_F(SessionTest, LeavesTheRoomEvenWhenItIsCancelled) {
    run(be_cancelled());
}

}  // namespace
