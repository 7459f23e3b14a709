// Socket calls and what stands behind them: who waits where, and for whom an
// event is meant.
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"

#include <netinet/in.h>

#include <memory>
#include <optional>

namespace tincan::test {
namespace {

class Sockets : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Sockets, kEachSelector, selector_name);

Coro<void> sock_main() {
    auto [a, b] = socket_pair();
    AsyncSocket here(std::move(a));
    AsyncSocket there(std::move(b));
    std::string big = binary_bytes(1'000'000);
    auto sending = [](AsyncSocket& socket, std::string_view bytes) -> Coro<> {
        co_await sock_sendall(socket, bytes);
    };
    Task<void> task = EventLoop::running().create_task(sending(here, big));
    std::string got;
    std::array<char, 10000> buffer;
    while (got.size() < big.size()) {
        std::size_t count = co_await sock_recv(there, buffer);
        got.append(buffer.data(), count);
    }
    EXPECT_EQ(difference(big, got), "");
    co_await task;
    here.close();
    std::size_t end = co_await sock_recv(there, buffer);
    EXPECT_EQ(end, 0U);
}

TEST_P(Sockets, AMillionBytesThroughSocketCalls) {
    run_here(sock_main());
}

Coro<std::size_t> receives(AsyncSocket& socket) {
    std::array<char, 100> buffer;
    std::size_t count = co_await sock_recv(socket, buffer);
    co_return count;
}

Coro<void> one_waiter_main() {
    auto [a, b] = socket_pair();
    AsyncSocket socket(std::move(a));
    EventLoop& loop = EventLoop::running();
    auto first = loop.create_task(receives(socket));
    auto second = loop.create_task(receives(socket));
    co_await sleep(1ms);
    EXPECT_TRUE(second.done());
    std::string error = detail::describe(second.exception());
    EXPECT_NE(error.find("somebody waits already to read"), std::string::npos)
        << error;
    send_all(b, "abc");
    std::size_t count = co_await first;
    EXPECT_EQ(count, 3U);
}

TEST_P(Sockets, TwoReadersOfOneDescriptorAreAnError) {
    run_here(one_waiter_main());
}

Coro<void> chatters(Socket& peer) {
    for (int i = 0; i < 5; ++i) {
        co_await sleep(30ms);
        send_all(peer, "x");
    }
}

Coro<Duration> sleeps() {
    TimePoint begin = EventLoop::running().time();
    co_await sleep(100ms);
    co_return EventLoop::running().time() - begin;
}

// What comes after the first wait of an expression does not disturb the second.
Coro<void> two_waits_main() {
    auto [a, b] = socket_pair();
    AsyncSocket socket(std::move(a));
    char byte = 0;
    auto task = create_task(chatters(b));
    std::pair<std::size_t, Duration> both{
        co_await sock_recv(socket, {&byte, 1}), co_await sleeps()};
    EXPECT_EQ(both.second, 100ms);
    co_await task;
}

TEST_P(Sockets, AWaitIsOverWhenItsResultIsThere) {
    run_here_virtual(two_waits_main());
}

// Whether it ends as who waits for a socket that has gone is to end.
template <typename Waits>
Coro<bool> gets_ecanceled(Waits waits) {
    try {
        co_await std::move(waits);
    } catch (const std::system_error& error) {
        co_return error.code().value() == ECANCELED;
    }
    co_return false;
}

Coro<void> closed_main() {
    auto [a, b] = socket_pair();
    AsyncSocket socket(std::move(a));
    auto task = EventLoop::running().create_task(receives(socket));
    co_await sleep(1ms);
    socket.close();
    bool told = co_await gets_ecanceled(task);
    EXPECT_TRUE(told);
    // And who comes later.
    told = co_await gets_ecanceled(receives(socket));
    EXPECT_TRUE(told);
}

TEST_P(Sockets, ClosingTellsWhoWaits) {
    run_here(closed_main());
}

// Finds a byte every time, until its turn is over: `odd`, when it has asked for
// one and not got it yet; else before it asks.
Coro<void> reads_on(AsyncSocket& socket, bool odd) {
    Event set;
    set.set();
    if (odd) co_await set.wait();
    char byte = 0;
    for (;;)
        co_await sock_recv(socket, {&byte, 1});
}

Coro<void> destroyed_main(bool odd) {
    auto [a, b] = socket_pair();
    auto socket = std::make_unique<AsyncSocket>(std::move(a));
    send_all(b, std::string(1000, 'x'));
    EventLoop& loop = EventLoop::running();
    auto task = loop.create_task(reads_on(*socket, odd));
    loop.call_soon([&] { socket.reset(); });
    bool told = co_await gets_ecanceled(task);
    EXPECT_TRUE(told);
}

Coro<void> connects_later(AsyncSocket& socket, sockaddr_in address) {
    Event set;
    set.set();
    for (int i = 0; i < Pump::kBudget; ++i)
        co_await set.wait();
    co_await sock_connect(socket, reinterpret_cast<sockaddr*>(&address),
                          sizeof address);
}

Coro<void> destroyed_before_main() {
    auto socket = std::make_unique<AsyncSocket>(
        Socket(check(::socket(AF_INET, SOCK_STREAM, 0), "socket")));
    EventLoop& loop = EventLoop::running();
    auto task = loop.create_task(connects_later(*socket, {}));
    loop.call_soon([&] { socket.reset(); });
    bool told = co_await gets_ecanceled(task);
    EXPECT_TRUE(told);
}

TEST_P(Sockets, MayBeDestroyedBeforeItConnects) {
    run_here(destroyed_before_main());
}

TEST_P(Sockets, MayBeDestroyedUnderAReaderWhoseTurnIsOver) {
    run_here(destroyed_main(false));
    run_here(destroyed_main(true));
}

// In one batch of events, the first closes the descriptor of the second, and a
// new one gets its number.
Coro<void> generation_main() {
    auto [a, b] = socket_pair();
    auto [c, d] = socket_pair();
    EventLoop& loop = EventLoop::running();
    std::optional<AsyncSocket> old(std::move(a));
    int number = old->fd();
    Ready stale{.key = old->watch().key(), .events = kReadable};
    old.reset();
    Socket moved(check(::fcntl(c.fd(), F_DUPFD_CLOEXEC, number), "fcntl"));
    EXPECT_EQ(moved.fd(), number);
    AsyncSocket fresh(std::move(moved));
    loop.dispatch(stale);
    EXPECT_FALSE(fresh.watch().maybe_ready(Direction::in));
    Ready current{.key = fresh.watch().key(), .events = kReadable};
    loop.dispatch(current);
    EXPECT_TRUE(fresh.watch().maybe_ready(Direction::in));
    co_return;
}

TEST_P(Sockets, AnEventForAClosedDescriptorNeverReachesItsSuccessor) {
    run_here(generation_main());
}

}  // namespace
}  // namespace tincan::test
