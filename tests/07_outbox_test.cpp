// What one client is sent: shared, gathered, and bounded.

#include "07-chat/outbox.hpp"
#include "07-chat/protocol.hpp"
#include "07-chat/room.hpp"
#include "tests/06_support.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <deque>
#include <string>
#include <utility>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace {

class OutboxTest : public testing::Test {
protected:
    static void run(Coro<void> main) { run_virtual("epoll", std::move(main)); }

private:
    LeavesNothing nothing_;
};

// An outbox whose other end is ours to read, or not. The kernel takes about
// twice `send_buffer` for it.
struct Receiver {
    explicit Receiver(const Limits& limits) : Receiver(limits, socket_pair()) {}
    Receiver(const Limits& limits, std::pair<Socket, Socket> pair)
        : streams(make_streams(std::move(pair.first), "receiver")),
          peer(make_streams(std::move(pair.second), "peer")),
          outbox(streams.second, limits, [this] { ++too_slow; }) {
        int size = limits.send_buffer;
        EXPECT_EQ(::setsockopt(streams.second.fd(), SOL_SOCKET, SO_SNDBUF,
                               &size, sizeof size),
                  0);
    }

    std::size_t queued() const { return streams.second.queued(); }

    int too_slow = 0;
    Streams streams;
    Streams peer;
    Outbox outbox;
};

constexpr int kReceivers = 20;

Coro<void> share_one_frame() {
    Limits limits;
    limits.send_buffer = 4608;
    Room room({"kitchen", "kitchen"}, 0);
    std::deque<Receiver> receivers;
    std::deque<User> users;
    for (int i = 0; i < kReceivers; ++i) {
        Receiver& receiver = receivers.emplace_back(limits);
        std::string name = "user" + std::to_string(i);
        room.add(users.emplace_back(
            User{{name, name}, line_wire(), receiver.outbox}));
    }
    Frame frame;
    {
        News news(Said{"Ann", std::string(50'000, 'x')});
        room.tell(news);
        frame = news.on(line_wire());
    }
    EXPECT_EQ(frame.use_count(), 1 + kReceivers);
    co_await sleep(Duration::zero());
    // The kernel has taken what it would, and the rest is shared still.
    EXPECT_EQ(frame.use_count(), 1 + kReceivers);
    for (Receiver& receiver : receivers) {
        EXPECT_GT(receiver.queued(), 20'000);
        EXPECT_LT(receiver.queued(), 50'000);
        receiver.streams.second.abort();
    }
    EXPECT_EQ(frame.use_count(), 1);
}

TEST_F(OutboxTest, SharesTheBytesOfAMessageAmongAllReceivers) {
    run(share_one_frame());
}

Coro<void> push_in_one_turn() {
    Limits limits;
    std::array<int, 2> fds{};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()),
          "socketpair");
    Receiver receiver(limits, std::pair(Socket(fds[0]), Socket(fds[1])));
    for (const char* line : {"one\n", "two\n", "three\n"})
        receiver.outbox.push(make_frame(line));
    EXPECT_EQ(receiver.queued(), 14);
    std::string_view bytes = co_await receiver.peer.first.read();
    EXPECT_EQ(bytes, "one\ntwo\nthree\n");
    receiver.outbox.push(make_frame("four\n"));
    bytes = co_await receiver.peer.first.read();
    EXPECT_EQ(bytes, "four\n");
    EXPECT_EQ(receiver.too_slow, 0);
}

// On a socket that keeps the bounds of what was sent.
TEST_F(OutboxTest, SendsAllOfATurnWithOneCall) {
    run(push_in_one_turn());
}

Coro<void> overfill() {
    Limits limits;
    limits.send_buffer = 4608;
    Receiver receiver(limits);
    std::size_t pushed = 0;
    Frame frame = make_frame(std::string(1000, 'x'));
    while (receiver.too_slow == 0 && pushed < 10 * limits.undelivered) {
        receiver.outbox.push(frame);
        pushed += frame->size();
        EXPECT_LE(receiver.queued(), limits.undelivered);
    }
    EXPECT_EQ(receiver.too_slow, 1);
    EXPECT_GT(pushed, limits.undelivered);
    EXPECT_LT(pushed, limits.undelivered + 20'000);
    // That was all for him.
    std::size_t queued = receiver.queued();
    receiver.outbox.push(frame);
    EXPECT_EQ(receiver.queued(), queued);
    EXPECT_EQ(receiver.too_slow, 1);
    co_return;
}

TEST_F(OutboxTest, GivesUpAt64KiBThatTheKernelDidNotTake) {
    run(overfill());
}

Coro<void> storm() {
    Limits limits;
    Receiver receiver(limits);
    std::size_t pushed = 0;
    Frame frame = make_frame(std::string(1000, 'x'));
    while (pushed < limits.undelivered + 20'000) {
        receiver.outbox.push(frame);
        pushed += frame->size();
    }
    EXPECT_EQ(receiver.too_slow, 0);
    while (pushed > 0) {
        std::string_view bytes = co_await receiver.peer.first.read();
        pushed -= bytes.size();
    }
}

TEST_F(OutboxTest, DoesNotCallItSlowWhenMuchIsSaidInOneTurn) {
    run(storm());
}

Coro<void> talk_to_a_deaf_one() {
    Limits limits;
    limits.send_buffer = 4608;
    limits.undelivered = 1'000'000;
    Receiver deaf(limits);
    Receiver reader(limits);
    TimePoint begin = EventLoop::running().time();
    Frame frame = make_frame(std::string(1000, 'x'));
    std::size_t read = 0;
    while (deaf.too_slow == 0) {
        deaf.outbox.push(frame);
        reader.outbox.push(frame);
        co_await sleep(100ms);
        std::string_view bytes = co_await reader.peer.first.read();
        read += bytes.size();
    }
    EXPECT_EQ(reader.too_slow, 0);
    // His kernel took the first ones.
    EXPECT_GE(EventLoop::running().time() - begin, 10s);
    EXPECT_LE(EventLoop::running().time() - begin, 11s);
    EXPECT_GE(read, 100'000);
}

TEST_F(OutboxTest, GivesUpTenSecondsAfterTheFirstByteThatWasNotTaken) {
    run(talk_to_a_deaf_one());
}

Coro<void> read_slowly() {
    Limits limits;
    limits.send_buffer = 4608;
    Receiver receiver(limits);
    Frame frame = make_frame(std::string(1000, 'x'));
    // Something always waits, and nothing for longer than is allowed.
    for (int i = 0; i < 60; ++i) {
        receiver.outbox.push(frame);
        if (i >= 15) {
            co_await receiver.peer.first.readexactly(1000);
            EXPECT_GT(receiver.queued(), 0);
        }
        co_await sleep(500ms);
    }
    EXPECT_EQ(receiver.too_slow, 0);
}

TEST_F(OutboxTest, KeepsWhoIsBehindForAWholeHalfMinuteButReads) {
    run(read_slowly());
}

}  // namespace
