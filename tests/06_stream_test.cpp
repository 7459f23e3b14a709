// Streams, on each selector, with socket pairs of this process.
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/client.hpp"

#include <deque>

namespace tincan::test {
namespace {

class Streaming : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Streaming, kEachSelector, selector_name);

// A stream here, and a plain socket to play the peer with.
struct Ends {
    explicit Ends(std::size_t limit = kStreamLimit)
        : Ends(socket_pair(), limit) {}

    Socket peer;
    StreamReader reader;
    StreamWriter writer;

private:
    Ends(std::pair<Socket, Socket> pair, std::size_t limit)
        : Ends(make_streams(std::move(pair.first), "peer", limit),
               std::move(pair.second)) {}
    Ends(Streams streams, Socket other)
        : peer(std::move(other)),
          reader(streams.first),
          writer(streams.second) {
        set_nonblocking(peer);
    }
};

// Reading.

Coro<void> lines_main() {
    Ends ends;
    send_all(ends.peer, "one\r\ntwo\n\nlast");
    finish_sending(ends.peer);
    Log lines;
    for (;;) {
        std::string_view line = co_await ends.reader.readline();
        if (line.empty()) break;
        lines.emplace_back(line);
    }
    EXPECT_EQ(lines, (Log{"one\r\n", "two\n", "\n", "last"}));
    EXPECT_TRUE(ends.reader.at_eof());
}

TEST_P(Streaming, LinesAndTheRest) {
    run_here(lines_main());
}

Coro<std::string> with_body(std::string head, StreamReader reader) {
    std::string_view body = co_await reader.readline();
    co_return head + std::string(body);
}

Coro<void> says_twice(Ends& ends) {
    co_await sleep(1ms);
    send_all(ends.peer, "head ");
    send_all(ends.peer, "of it\n");
    co_await sleep(1ms);
    send_all(ends.peer, "body\n");
}

// The first read stands in the same expression: it lives on, but reads no more.
Coro<void> nested_main() {
    Ends ends;
    auto task = create_task(says_twice(ends));
    std::string all = co_await with_body(
        std::string(co_await ends.reader.readline()), ends.reader);
    EXPECT_EQ(all, "head of it\nbody\n");
    co_await task;
}

TEST_P(Streaming, WhatIsHandedALineMayReadTheNext) {
    run_here_virtual(nested_main());
}

Coro<void> exactly_main() {
    Ends ends;
    send_all(ends.peer, "abcdef");
    std::string got(co_await ends.reader.readexactly(4));
    EXPECT_EQ(got, "abcd");
    finish_sending(ends.peer);
    std::string partial;
    try {
        co_await ends.reader.readexactly(4);
    } catch (const IncompleteRead& error) {
        partial = error.partial;
    }
    EXPECT_EQ(partial, "ef");
    EXPECT_THROW(ends.reader.read_until(""), std::invalid_argument);
}

TEST_P(Streaming, ExactlyOrNotAtAll) {
    run_here(exactly_main());
}

Coro<void> limit_main() {
    Ends ends(10);
    send_all(ends.peer, "0123456789\n0123456789a\nrest\n");
    std::string line(co_await ends.reader.readline());
    EXPECT_EQ(line, "0123456789\n");
    bool overrun = false;
    try {
        co_await ends.reader.readline();
    } catch (const LimitOverrun& error) {
        overrun = error.what() == "no separator within 10 bytes"s;
    }
    EXPECT_TRUE(overrun);
    // The bytes are still there.
    std::string skipped(co_await ends.reader.readexactly(12));
    EXPECT_EQ(skipped, "0123456789a\n");
    std::string rest(co_await ends.reader.readline());
    EXPECT_EQ(rest, "rest\n");
    // Without any separator in sight, too.
    send_all(ends.peer, "0123456789a");
    overrun = false;
    try {
        co_await ends.reader.readline();
    } catch (const LimitOverrun&) {
        overrun = true;
    }
    EXPECT_TRUE(overrun);
}

TEST_P(Streaming, ALineBeyondTheLimitIsAnErrorAndNothingIsLost) {
    run_here(limit_main());
}

Coro<void> cancelled_read_main() {
    Ends ends;
    send_all(ends.peer, "half a ");
    bool late = false;
    try {
        co_await wait_for(ends.reader.readline(), 5ms);
    } catch (const TimeoutError&) {
        late = true;
    }
    EXPECT_TRUE(late);
    send_all(ends.peer, "line\n");
    std::string line(co_await wait_for(ends.reader.readline(), 10s));
    EXPECT_EQ(line, "half a line\n");
}

TEST_P(Streaming, ATimedOutReadTakesNothing) {
    run_here(cancelled_read_main());
}

// The write waits for its turn as the last one in the queue, and is taken out
// by the one before it.
Coro<void> dropped_write_main() {
    Ends ends;
    EventLoop::running().call_soon(
        [writer = ends.writer]() mutable { writer.abort(); });
    ends.writer.write(std::make_shared<std::string>("lost"));
    co_await sleep(1ms);
    EXPECT_EQ(ends.writer.queued(), 0U);
}

TEST_P(Streaming, AWriteWhoseConnectionIsAbortedBeforeItsTurnIsDropped) {
    run_here(dropped_write_main());
}

// read_until against a search in the whole text, whatever pieces it comes in.
std::deque<std::string> cut_at(std::string_view text, std::string_view mark) {
    std::deque<std::string> parts;
    for (;;) {
        std::size_t at = text.find(mark);
        if (at == std::string_view::npos) break;
        parts.emplace_back(text.substr(0, at + mark.size()));
        text.remove_prefix(at + mark.size());
    }
    parts.emplace_back(text);
    return parts;
}

Coro<void> feed(Socket peer, std::string text, unsigned seed) {
    AsyncSocket socket(std::move(peer));
    std::string_view rest = text;
    while (!rest.empty()) {
        seed = seed * 1103515245 + 12345;
        std::size_t piece = 1 + (seed >> 16) % 5;
        co_await sock_sendall(socket, rest.substr(0, piece));
        rest.remove_prefix(std::min(piece, rest.size()));
        if ((seed >> 8) % 2 == 0) co_await sleep(0s);
    }
}

Coro<void> oracle_main() {
    unsigned random = 7;
    for (unsigned round = 0; round < 200; ++round) {
        std::string mark = std::string("aab").substr(0, 1 + round % 3);
        std::string text;
        for (int i = 0; i < 40; ++i) {
            random = random * 1103515245 + 12345;
            text += (random >> 16) % 3 == 0 ? 'b' : 'a';
        }
        Ends ends;
        EventLoop::running().create_task(
            feed(std::move(ends.peer), text, random));
        for (const std::string& part : cut_at(text, mark)) {
            std::string got;
            try {
                got = co_await ends.reader.read_until(mark);
            } catch (const IncompleteRead& error) {
                got = error.partial;
            }
            EXPECT_EQ(got, part) << text << " by " << mark;
        }
    }
}

TEST_P(Streaming, ReadUntilFindsWhatASearchFinds) {
    run_here(oracle_main());
}

// Writing.

Coro<void> pressure_main() {
    Ends ends;
    std::string chunk = binary_bytes(50'000);
    std::string sent;
    // Until the kernel and the queue are full.
    while (ends.writer.queued() <= detail::kHighWater) {
        ends.writer.write(chunk);
        sent += chunk;
    }
    bool full = false;
    try {
        co_await wait_for(ends.writer.drain(), 5ms);
    } catch (const TimeoutError&) {
        full = true;
    }
    EXPECT_TRUE(full);
    std::string got;
    auto deadline = std::chrono::steady_clock::now() + 10s;
    while (got.size() < sent.size() &&
           std::chrono::steady_clock::now() < deadline) {
        got += received(ends.peer);
        co_await sleep(0s);
    }
    EXPECT_EQ(difference(sent, got), "");
    co_await ends.writer.drain();
    EXPECT_EQ(ends.writer.queued(), 0U);
}

TEST_P(Streaming, DrainWaitsForWhoDoesNotRead) {
    run_here(pressure_main());
}

Coro<void> drains(StreamWriter writer) {
    co_await writer.drain();
}

// So that the queue gets shorter in small steps.
void keep_little_in_the_kernel(StreamWriter& writer) {
    int small = 4096;
    check(
        ::setsockopt(writer.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small),
        "setsockopt");
}

Coro<void> little_queued_main() {
    Ends ends;
    keep_little_in_the_kernel(ends.writer);
    ends.writer.write(binary_bytes(50'000));
    std::size_t queued = ends.writer.queued();
    EXPECT_GT(queued, detail::kLowWater);
    EXPECT_LE(queued, detail::kHighWater);
    co_await wait_for(ends.writer.drain(), 10s);
    EXPECT_EQ(ends.writer.queued(), queued);
}

TEST_P(Streaming, DrainDoesNotWaitUntilAllIsSent) {
    run_here(little_queued_main());
}

Coro<void> between_marks_main() {
    Ends ends;
    keep_little_in_the_kernel(ends.writer);
    ends.writer.write(binary_bytes(100'000));
    while (ends.writer.queued() > detail::kHighWater) {
        received(ends.peer);
        ends.writer.flush();
    }
    EXPECT_GT(ends.writer.queued(), detail::kLowWater);
    ends.writer.write("more");
    auto task = create_task(drains(ends.writer));
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_FALSE(task.done());
    while (ends.writer.queued() > detail::kLowWater) {
        received(ends.peer);
        ends.writer.flush();
    }
    co_await wait_for(task, 10s);
    EXPECT_GT(ends.writer.queued(), 0U);
}

TEST_P(Streaming, DrainWaitsForTheLowMarkWhateverIsWrittenMeanwhile) {
    run_here(between_marks_main());
}

SharedBytes shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

// On a socket that keeps records apart, each send is one.
Coro<void> one_call_main() {
    std::array<int, 2> fds{};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()),
          "socketpair");
    Socket peer(fds[1]);
    set_nonblocking(peer);
    auto [reader, writer] = make_streams(Socket(fds[0]), "peer");
    SharedBytes frame = shared("frame,");
    for (int i = 0; i < 3; ++i)
        writer.write(frame);
    writer.write("and bytes,");
    writer.write(frame);
    EXPECT_EQ(writer.queued(), 34U);
    EXPECT_EQ(frame.use_count(), 5);
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_EQ(received(peer), "frame,frame,frame,and bytes,frame,");
    EXPECT_EQ(frame.use_count(), 1);
    std::array<std::string_view, 3> lines{"one\n", "", "two\n"};
    writer.writelines(lines);
    EXPECT_EQ(received(peer), "one\ntwo\n");
    EXPECT_EQ(writer.queued(), 0U);
}

TEST_P(Streaming, WhatIsWrittenInOneTurnGoesOutInOneCall) {
    run_here(one_call_main());
}

Coro<void> mixed_main() {
    Ends ends;
    std::string sent;
    unsigned seed = 3;
    SharedBytes big = shared(binary_bytes(30'011));
    for (int i = 0; i < 200; ++i) {
        seed = seed * 1103515245 + 12345;
        std::string small = binary_bytes(1 + (seed >> 16) % 3000);
        if ((seed >> 8) % 3 == 0) {
            ends.writer.write(big);
            sent += *big;
        } else if ((seed >> 8) % 3 == 1) {
            ends.writer.write(shared(small));
            sent += small;
        } else {
            ends.writer.write(small);
            sent += small;
        }
        if ((seed >> 20) % 8 == 0) co_await sleep(0s);
    }
    ends.writer.write_eof();
    AsyncSocket peer(std::move(ends.peer));
    std::string got;
    std::vector<char> buffer(7'001);
    for (;;) {
        std::size_t count = co_await sock_recv(peer, buffer);
        if (count == 0) break;
        got.append(buffer.data(), count);
    }
    EXPECT_EQ(difference(sent, got), "");
    EXPECT_EQ(ends.writer.queued(), 0U);
    EXPECT_EQ(big.use_count(), 1);
}

TEST_P(Streaming, SharedBytesAndOthersKeepTheirOrder) {
    run_here(mixed_main());
}

Coro<void> aborted_main() {
    Ends ends;
    SharedBytes frame = shared("never sent");
    ends.writer.write(frame);
    ends.writer.abort();
    ends.writer.write(frame);
    EXPECT_EQ(frame.use_count(), 1);
    co_await sleep(0s);
}

TEST_P(Streaming, WhatIsQueuedAtAnAbortIsDropped) {
    run_here(aborted_main());
}

Coro<void> broken_main() {
    Ends ends;
    ends.peer = Socket();
    ends.writer.write("into the void");
    ends.writer.write("and again");
    std::string what = co_await error_of(ends.writer.drain());
    EXPECT_EQ(what, "send: Broken pipe");
}

TEST_P(Streaming, DrainTellsThatTheConnectionIsBroken) {
    run_here(broken_main());
}

Coro<void> deaf_peer_main() {
    Ends ends;
    ::shutdown(ends.peer.fd(), SHUT_RD);  // it is there, and takes nothing
    ends.writer.write("into the void");
    std::string_view bytes = co_await wait_for(ends.reader.read(), 5s);
    EXPECT_EQ(bytes, "");
}

TEST_P(Streaming, WhoOnlyReadsLearnsThatTheConnectionIsBroken) {
    run_here(deaf_peer_main());
}

Coro<void> half_close_main() {
    Ends ends;
    ends.writer.write("question");
    ends.writer.write_eof();
    ends.writer.write("too late");
    std::string got;
    std::array<char, 100> buffer;
    AsyncSocket peer(std::move(ends.peer));
    for (;;) {
        std::size_t count = co_await sock_recv(peer, buffer);
        if (count == 0) break;
        got.append(buffer.data(), count);
    }
    EXPECT_EQ(got, "question");
    co_await sock_sendall(peer, "answer");
    std::string answer(co_await ends.reader.readexactly(6));
    EXPECT_EQ(answer, "answer");
}

TEST_P(Streaming, AfterWriteEofTheAnswerStillComes) {
    run_here(half_close_main());
}

// A real connection: only TCP resets.
Coro<void> lingering_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    auto [reader, writer] = co_await open_connection(here);
    Socket peer = accept_client(listener).socket;
    set_nonblocking(peer);

    std::string reply = binary_bytes(3'000'000);
    send_all(peer, "not read by the one who closes");
    writer.write(reply);
    writer.close();
    writer.write("too late");
    std::string_view nothing = co_await reader.read();
    EXPECT_EQ(nothing, "");
    std::string got;
    AsyncSocket far(std::move(peer));
    std::vector<char> buffer(100'000);
    for (;;) {
        std::size_t count = co_await sock_recv(far, buffer);
        if (count == 0) break;
        got.append(buffer.data(), count);
    }
    EXPECT_EQ(difference(reply, got), "");
    far.close();
    co_await wait_for(writer.wait_closed(), 10s);
}

TEST_P(Streaming, CloseLetsTheLastWordsArrive) {
    run_here(lingering_main());
}

Coro<void> at_once_main() {
    Ends ends;
    ends.writer.close();
    co_await wait_for(ends.writer.wait_closed(), 10s);
    std::string_view nothing = co_await ends.reader.read();
    EXPECT_EQ(nothing, "");
    std::array<char, 10> buffer;
    EXPECT_EQ(try_receive(ends.peer, buffer).value_or(99), 0U);
    ends.writer.close();
    ends.writer.abort();
}

TEST_P(Streaming, AnIdleConnectionClosesAtOnce) {
    run_here_virtual(at_once_main());
}

// In each of the turns that closing takes.
Coro<void> aborted_while_closing_main() {
    for (int turns = 0; turns < 5; ++turns) {
        Ends ends;
        ends.writer.write("x");
        ends.writer.close();  // waits for the peer to take that, and to end
        for (int i = 0; i < turns; ++i)
            co_await sleep(0s);
        send_all(ends.peer, "y");
        ends.writer.abort();
        co_await ends.writer.wait_closed();
        co_await sleep(1s);
    }
}

TEST_P(Streaming, MayBeAbortedWhileItCloses) {
    run_here_virtual(aborted_while_closing_main());
}

Coro<std::string> reads_all(StreamReader reader) {
    std::string_view bytes = co_await reader.read();
    co_return std::string(bytes);
}

Coro<void> closed_by_other_main() {
    Ends ends;
    auto task = EventLoop::running().create_task(reads_all(ends.reader));
    co_await sleep(1ms);
    ends.writer.close();
    std::string got = co_await task;
    EXPECT_EQ(got, "");
}

TEST_P(Streaming, CloseEndsAReadThatWaits) {
    run_here(closed_by_other_main());
}

Coro<void> refused_main() {
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    std::string what = co_await error_of(open_connection(nobody));
    EXPECT_EQ(what, "connect " + to_string(nobody) + ": Connection refused");
}

TEST_P(Streaming, NobodyListens) {
    run_here(refused_main());
}

// A task whose peer is always faster lets the others have their turn.
Coro<void> greedy(StreamReader reader, int& lines) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        ++lines;
    }
}

Coro<void> fair_main() {
    Ends ends;
    send_all(ends.peer, std::string(60'000, '\n'));
    finish_sending(ends.peer);
    int lines = 0;
    Task<void> task =
        EventLoop::running().create_task(greedy(ends.reader, lines));
    int turns = 0;
    while (!task.done()) {
        co_await sleep(0s);
        ++turns;
    }
    EXPECT_EQ(lines, 60'000);
    EXPECT_GT(turns, 500);
}

TEST_P(Streaming, WhoFindsEverythingReadyStillTakesTurns) {
    run_here(fair_main());
}

}  // namespace
}  // namespace tincan::test
