// Transports and protocols: which callback comes when, and what each answer
// and call does. With each selector.
#include "01-blocking/program.hpp"
#include "tests/06_support.hpp"
#include "tests/support/client.hpp"

namespace tincan::test {
namespace {

class Calling : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Calling, kEachSelector, selector_name);

// Writes down what it is told.
class Recorder : public Protocol {
public:
    void connection_made(Transport transport) override {
        log.push_back("made");
        transport_ = transport;
    }
    void data_received(std::string_view bytes) override {
        log.push_back(fmt::format("data {}", bytes));
    }
    bool eof_received() override {
        log.push_back("eof");
        return stays_open;
    }
    void connection_lost(std::exception_ptr error) override {
        log.push_back(error ? "lost: " + detail::describe(error) : "lost");
        lost.set();
    }
    void pause_writing() override { log.push_back("pause"); }
    void resume_writing() override { log.push_back("resume"); }

    Transport& transport() { return *transport_; }

    Log log;
    bool stays_open = false;
    Event lost;

private:
    std::optional<Transport> transport_;
};

// A protocol connected to a peer that the test plays with plain calls.
template <typename P = Recorder>
struct Connected {
    std::shared_ptr<P> protocol = std::make_shared<P>();
    Log& log = protocol->log;
    Socket peer;

    Transport& transport() { return protocol->transport(); }
};

template <typename P>
Coro<void> connect(Connected<P>& ends) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    std::string name = to_string(local_address(listener));
    Endpoint endpoint = endpoint_of(listener);
    Transport transport = co_await create_connection(ends.protocol, endpoint);
    EXPECT_EQ(ends.log, Log{"made"});
    ends.log.clear();
    EXPECT_EQ(transport.get_extra_info("peername"), name);
    EXPECT_EQ(transport.get_extra_info("colour"), "");
    Arrival arrival = accept_client(listener);
    EXPECT_EQ(transport.get_extra_info("sockname"), arrival.peer);
    ends.peer = std::move(arrival.socket);
    set_nonblocking(ends.peer);
}

Coro<void> until_logged(const Log& log, std::string what) {
    while (std::ranges::find(log, what) == log.end())
        co_await sleep(1ms);
}

// What comes, to the end of the stream.
Coro<std::string> received(Socket& peer) {
    std::string all;
    std::array<char, 65536> buffer;
    for (;;) {
        auto count = try_receive(peer, buffer);
        if (count && *count == 0) co_return all;
        all.append(buffer.data(), count.value_or(0));
        if (!count) co_await sleep(1ms);
    }
}

Coro<void> false_main() {
    Connected<> ends;
    co_await connect(ends);
    send_all(ends.peer, "hello");
    co_await until_logged(ends.log, "data hello");
    ends.transport().write("good-bye");
    finish_sending(ends.peer);
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"data hello", "eof", "lost"}));
    std::string last = co_await received(ends.peer);
    EXPECT_EQ(last, "good-bye");
    // What is left is an empty handle.
    EXPECT_TRUE(ends.transport().is_closing());
    ends.transport().write("x");
    ends.transport().close();
    EXPECT_EQ(ends.transport().queued(), 0U);
    EXPECT_EQ(ends.transport().get_extra_info("sockname"), "");
}

TEST_P(Calling, EofAnsweredWithFalseClosesBehindWhatIsQueued) {
    run_here(false_main());
}

Coro<void> true_main() {
    Connected<> ends;
    ends.protocol->stays_open = true;
    co_await connect(ends);
    finish_sending(ends.peer);
    co_await until_logged(ends.log, "eof");
    EXPECT_FALSE(ends.transport().is_closing());
    ends.transport().write("still ");
    co_await sleep(5ms);
    ends.transport().write("here");
    ends.transport().write_eof();
    std::string last = co_await received(ends.peer);
    EXPECT_EQ(last, "still here");
    EXPECT_EQ(ends.log, (Log{"eof"}));
    ends.transport().close();
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"eof", "lost"}));
}

TEST_P(Calling, EofAnsweredWithTrueLeavesItOpen) {
    run_here(true_main());
}

void reset(Socket& socket) {
    linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket = Socket();
}

Coro<void> reset_main(bool half_open) {
    Connected<> ends;
    ends.protocol->stays_open = half_open;
    co_await connect(ends);
    if (half_open) {
        finish_sending(ends.peer);
        co_await until_logged(ends.log, "eof");
        ends.log.clear();
    }
    reset(ends.peer);
    // Who only writes learns of it by writing.
    while (!ends.protocol->lost.is_set()) {
        if (half_open) ends.transport().write("anybody?");
        co_await sleep(1ms);
    }
    EXPECT_EQ(ends.log.size(), 1U);
    EXPECT_TRUE(ends.log[0].starts_with("lost: ")) << ends.log[0];
}

TEST_P(Calling, AResetIsTold) {
    run_here(reset_main(false));
}
TEST_P(Calling, AResetIsToldToWhoOnlyWrites) {
    run_here(reset_main(true));
}

Coro<void> close_main() {
    Connected<> ends;
    co_await connect(ends);
    const std::string much(8 << 20, 'x');
    ends.transport().write(much);
    ends.transport().close();
    ends.transport().write("in vain");
    EXPECT_TRUE(ends.transport().is_closing());
    EXPECT_GT(ends.transport().queued(), 0U);
    send_all(ends.peer, "not heard any more");
    std::string all = co_await received(ends.peer);
    EXPECT_EQ(all.size(), much.size());
    EXPECT_FALSE(ends.protocol->lost.is_set());  // the peer may still talk
    ends.peer = Socket();
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"pause", "resume", "lost"}));
}

TEST_P(Calling, CloseSendsWhatIsQueued) {
    run_here(close_main());
}

Coro<void> abort_main() {
    Connected<> ends;
    co_await connect(ends);
    ends.transport().write(std::string(8 << 20, 'x'));
    ends.transport().abort();
    EXPECT_EQ(ends.log, (Log{"pause"}));  // the end comes later
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"pause", "lost"}));
    EXPECT_EQ(ends.transport().queued(), 0U);
}

TEST_P(Calling, AbortDoesNot) {
    run_here(abort_main());
}

Coro<void> water_main() {
    Connected<> ends;
    co_await connect(ends);
    while (ends.log.empty()) {
        std::size_t before = ends.transport().queued();
        EXPECT_LE(before, 65536U);
        ends.transport().write(std::string(10000, 'x'));
    }
    EXPECT_EQ(ends.log, (Log{"pause"}));
    // Said once; and more than the kernel finds room for a moment later.
    ends.transport().write(std::string(8 << 20, 'y'));
    EXPECT_EQ(ends.log, (Log{"pause"}));
    ends.transport().flush();
    EXPECT_EQ(ends.log, (Log{"pause"}));
    EXPECT_GT(ends.transport().queued(), 65536U);
    std::array<char, 65536> buffer;
    while (ends.log.size() < 2) {
        if (!try_receive(ends.peer, buffer)) co_await sleep(1ms);
    }
    EXPECT_EQ(ends.log, (Log{"pause", "resume"}));
    EXPECT_LE(ends.transport().queued(), 16384U);
}

TEST_P(Calling, WritingPausesAboveTheHighWaterMarkAndResumesBelowTheLow) {
    run_here(water_main());
}

Coro<void> pause_main() {
    Connected<> ends;
    co_await connect(ends);
    ends.transport().pause_reading();
    send_all(ends.peer, "one");
    co_await sleep(10ms);
    EXPECT_EQ(ends.log, Log{});
    ends.transport().resume_reading();
    co_await until_logged(ends.log, "data one");
    ends.transport().pause_reading();
    finish_sending(ends.peer);
    co_await sleep(10ms);
    EXPECT_EQ(ends.log, (Log{"data one"}));
    ends.transport().close();
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"data one", "lost"}));
}

TEST_P(Calling, NothingIsReceivedWhileReadingIsPaused) {
    run_here(pause_main());
}

class Thrower : public Recorder {
public:
    void data_received(std::string_view) override {
        throw std::runtime_error("no");
    }
};

Coro<void> throws_main() {
    Connected<Thrower> ends;
    co_await connect(ends);
    send_all(ends.peer, "x");
    co_await ends.protocol->lost.wait();
    EXPECT_EQ(ends.log, (Log{"lost: no"}));
}

TEST_P(Calling, AnExceptionCostsTheConnection) {
    ::testing::internal::CaptureStderr();
    run_here(throws_main());
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "exception in a protocol: no\n");
}

// Nobody is told at the end of the loop, and nothing is left.
Coro<void> forgotten_main(Connected<>& ends) {
    co_await connect(ends);
}

TEST_P(Calling, TheEndOfTheLoopEndsIt) {
    Connected<> ends;
    run_here(forgotten_main(ends));
    EXPECT_EQ(ends.log, (Log{"lost"}));
    EXPECT_TRUE(ends.transport().is_closing());
}

Coro<void> refused_main() {
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    auto protocol = std::make_shared<Recorder>();
    EXPECT_THROW(co_await create_connection(protocol, nobody),
                 std::system_error);
    EXPECT_EQ(protocol->log, Log{});
}

TEST_P(Calling, ARefusedConnectionWasNeverMade) {
    run_here(refused_main());
}

class Echo final : public Protocol {
public:
    void connection_made(Transport transport) override {
        transport_ = transport;
    }
    void data_received(std::string_view bytes) override {
        transport_->write(bytes);
    }
    void pause_writing() override { transport_->pause_reading(); }
    void resume_writing() override { transport_->resume_reading(); }

private:
    std::optional<Transport> transport_;
};

Coro<std::string> ask(Endpoint server, std::string question) {
    auto [reader, writer] = co_await open_connection(server);
    writer.write(question);
    writer.write_eof();
    std::string answer;
    for (;;) {
        std::string_view bytes = co_await reader.read();
        if (bytes.empty()) co_return answer;
        answer += bytes;
    }
}

Coro<void> server_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    auto factory = [] { return std::make_shared<Echo>(); };
    Server server = create_server(factory, std::move(listener));
    std::vector<Task<std::string>> asking;
    for (int i = 0; i < 10; ++i) {
        asking.push_back(EventLoop::running().create_task(
            ask(here, std::string(1 << 20, static_cast<char>('a' + i)))));
    }
    for (int i = 0; i < 10; ++i) {
        std::string answer = co_await asking[static_cast<std::size_t>(i)];
        EXPECT_EQ(answer.size(), 1U << 20);
        EXPECT_EQ(answer.find_first_not_of(static_cast<char>('a' + i)),
                  std::string::npos);
    }
    // Who is silent is let go by stop_reading: it looks like an end.
    auto [reader, writer] = co_await open_connection(here);
    while (server.clients() == 0)
        co_await sleep(1ms);
    server.close();
    server.stop_reading();
    std::string_view rest = co_await reader.read();
    EXPECT_EQ(rest, "");
    writer.close();
    co_await server.wait_closed();
}

TEST_P(Calling, AServerHasAProtocolForEachClient) {
    run_here(server_main());
}

}  // namespace
}  // namespace tincan::test
