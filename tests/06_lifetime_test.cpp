// Who goes first: what is destroyed by what it calls, what outlives its loop,
// and what ends without having begun.
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"

#include <csignal>
#include <functional>
#include <memory>

namespace tincan::test {
namespace {

class Lifetime : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Lifetime, kEachSelector, selector_name);

// What an object does that hands shared_from_this() to a callback: when the
// callback goes, the object goes, and takes the callback back.
class Last {
public:
    explicit Last(std::function<void()> farewell)
        : farewell_(std::move(farewell)) {}
    Last(const Last&) = delete;
    ~Last() { farewell_(); }

private:
    std::function<void()> farewell_;
};

std::function<void()> holding(std::function<void()> farewell) {
    return [last = std::make_shared<Last>(std::move(farewell))] {};
}

Coro<void> handles_main() {
    EventLoop& loop = EventLoop::running();
    int gone = 0;
    Handle soon;
    Handle later;
    soon = loop.call_soon(holding([&] { ++gone, soon.cancel(); }));
    later = loop.call_later(1s, holding([&] { ++gone, later.cancel(); }));
    soon.cancel();
    later.cancel();
    EXPECT_EQ(gone, 2);
    co_return;
}

TEST_P(Lifetime, ACallbackMayBeCancelledByWhatGoesWithIt) {
    run_here(handles_main());
}

Coro<void> readers_main() {
    EventLoop& loop = EventLoop::running();
    auto [here, there] = socket_pair();
    int fd = here.fd();
    int gone = 0;
    auto farewell = [&] { ++gone, loop.remove_reader(fd); };
    loop.add_reader(fd, holding(farewell));
    EXPECT_TRUE(loop.remove_reader(fd));
    EXPECT_EQ(gone, 1);
    loop.add_reader(fd, holding(farewell));
    loop.add_reader(fd, [] {});
    EXPECT_EQ(gone, 2);
    loop.remove_reader(fd);
    co_return;
}

TEST_P(Lifetime, AReaderMayBeRemovedByWhatGoesWithIt) {
    run_here(readers_main());
}

TEST_P(Lifetime, AReaderMayBeRemovedByWhatGoesWithTheLoop) {
    auto [here, there] = socket_pair();
    int gone = 0;
    {
        EventLoop loop(make_selector(GetParam()));
        int fd = here.fd();
        loop.add_reader(fd, holding([&] { ++gone, loop.remove_reader(fd); }));
    }
    EXPECT_EQ(gone, 1);
}

Coro<void> no_descriptor_main() {
    EventLoop& loop = EventLoop::running();
    auto [here, there] = socket_pair();
    AsyncSocket socket(std::move(here));
    for (int fd : {-1, socket.fd()}) {
        EXPECT_ANY_THROW(loop.add_reader(fd, [] {})) << fd;
        EXPECT_FALSE(loop.remove_reader(fd));
    }
    // The others are watched all the same.
    send_all(there, "x");
    char byte = 0;
    co_await wait_for(sock_recv(socket, {&byte, 1}), 10s);
    EXPECT_EQ(byte, 'x');
}

TEST_P(Lifetime, WhatCannotBeWatchedHarmsNobody) {
    run_here(no_descriptor_main());
}

Coro<void> scope_main() {
    EventLoop& loop = EventLoop::running();
    bool called = false;
    EXPECT_THROW(SignalScope(loop, {SIGUSR1, SIGKILL}, [&] { called = true; }),
                 std::system_error);
    EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
    co_return;
}

TEST_P(Lifetime, ASignalScopeThatFailsLeavesNoHandler) {
    run_here(scope_main());
}

// What outlives the loop.

Coro<void> waits_for_ever() {
    co_await Future<void>();
}

Coro<void> group_main(TaskGroup& group) {
    group.create_task(waits_for_ever());
    co_await sleep(0s);
}

TEST_P(Lifetime, AGroupMayOutliveItsLoop) {
    TaskGroup group;
    run_here(group_main(group));
}

Coro<void> writer_main(std::optional<StreamWriter>& kept, Socket here) {
    Streams streams = make_streams(std::move(here), "peer");
    kept = streams.second;
    kept->write("on its way");
    co_return;
}

TEST_P(Lifetime, AStreamMayOutliveItsLoopAndSendsNothingMore) {
    for (bool well : {true, false}) {
        auto [here, there] = socket_pair();
        std::optional<StreamWriter> writer;
        run_here(writer_main(writer, std::move(here)));
        writer->write("late");
        writer->write(std::make_shared<const std::string>("later"));
        writer->flush();
        well ? writer->close() : writer->abort();
        writer.reset();
        std::array<char, 100> buffer;
        std::size_t count = receive(there, buffer);
        EXPECT_EQ(std::string(buffer.data(), count), "on its way");
        EXPECT_EQ(receive(there, buffer), 0U);
    }
}

// What ends without having begun.

Coro<void> cancel_all_others() {
    for (AnyTask task : all_tasks()) {
        if (!(task == current_task())) task.cancel();
    }
    co_return;
}

Coro<void> linger_main() {
    auto [here, there] = socket_pair();
    auto streams = make_streams(std::move(here), "peer");
    streams.second.write("unread");
    streams.second.close();  // begins a task
    co_await cancel_all_others();
    co_await wait_for(streams.second.wait_closed(), 10s);
}

TEST_P(Lifetime, ACloseThatIsCancelledAtOnceStillCloses) {
    run_here_virtual(linger_main());
}

}  // namespace
}  // namespace tincan::test
