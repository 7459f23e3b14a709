// Streams with a filter between them and the kernel, on each selector.
#include "tests/06_support.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tincan::test {
namespace {

class Filtered : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Filtered, kEachSelector, selector_name);

// Small letters are capitals on the wire. "<" asks to begin, ">" grants it; "?"
// is answered with "!"; "." says that no more will be said; "#" is an error.
class Capitals final : public StreamFilter {
public:
    void start(std::string& wire) override { wire += '<'; }
    bool ready() const override { return ready_; }
    bool decode(std::string_view wire, std::string& plain,
                std::string& reply) override {
        if (wire.empty()) throw std::runtime_error("cut off");
        for (char c : wire) {
            if (c == '>') {
                ready_ = true;
            } else if (c == '?') {
                reply += '!';
            } else if (c == '#') {
                reply += '#';
                throw std::runtime_error("nonsense");
            } else if (c == '.') {
                return false;
            } else {
                plain += static_cast<char>(std::tolower(c));
            }
        }
        return true;
    }
    void encode(std::string_view plain, std::string& wire) override {
        if (plain == "unspeakable") {
            throw std::system_error(ENOTSUP, std::generic_category());
        }
        for (char c : plain)
            wire += static_cast<char>(std::toupper(c));
    }
    void finish(std::string& wire) override { wire += '.'; }

private:
    bool ready_ = false;
};

// A filtered stream, and a plain socket to play the peer with.
struct Ends {
    Ends() : Ends(socket_pair()) {}

    void receive(std::string_view wire) { send_all(peer, wire); }
    // What has been sent so far.
    std::string sent() { return received(peer); }

    Socket peer;
    StreamReader reader;
    StreamWriter writer;

private:
    explicit Ends(std::pair<Socket, Socket> pair)
        : Ends(make_streams(std::move(pair.first), "peer"),
               std::move(pair.second)) {}
    Ends(Streams streams, Socket other)
        : peer(std::move(other)),
          reader(streams.first),
          writer(streams.second) {
        set_nonblocking(peer);
    }
};

Coro<void> begin(Ends* ends) {
    ends->writer.set_filter(std::make_unique<Capitals>());
    ends->receive(">");
    co_await ends->reader.ready();
    EXPECT_EQ(ends->sent(), "<");
}

Coro<void> both_ways_main() {
    Ends ends;
    co_await begin(&ends);
    ends.writer.write("abc");
    ends.writer.write(std::make_shared<const std::string>("def"));
    EXPECT_EQ(ends.writer.queued(), 3U);
    std::array<std::string_view, 2> lines{"gh", "i"};
    ends.writer.writelines(lines);
    co_await sleep(0s);
    co_await sleep(0s);
    EXPECT_EQ(ends.sent(), "ABCDEFGHI");
    ends.receive("ONE\nTWO");
    std::string line = co_await outcome(ends.reader);
    EXPECT_EQ(line, "one\n");
    std::string rest(co_await ends.reader.read());
    EXPECT_EQ(rest, "two");
}

TEST_P(Filtered, WhatIsReadAndWrittenGoesThroughTheFilter) {
    run_here(both_ways_main());
}

Coro<void> early_main() {
    Ends ends;
    ends.receive(">EARLY\nBIRD");
    std::string first(co_await ends.reader.read(0));
    ends.writer.set_filter(std::make_unique<Capitals>());
    co_await ends.reader.ready();
    std::string line = co_await outcome(ends.reader);
    EXPECT_EQ(line, "early\n");
}

TEST_P(Filtered, WhatCameBeforeTheFilterIsForTheFilter) {
    run_here(early_main());
}

Coro<void> patience_main() {
    Ends ends;
    ends.writer.set_filter(std::make_unique<Capitals>());
    EXPECT_THROW(ends.writer.write("early"), std::logic_error);
    bool late = false;
    try {
        co_await wait_for(ends.reader.ready(), 5ms);
    } catch (const TimeoutError&) {
        late = true;
    }
    EXPECT_TRUE(late);
    ends.receive(">");
    co_await wait_for(ends.reader.ready(), 5s);
    EXPECT_EQ(ends.sent(), "<");
}

TEST_P(Filtered, ACancelledWaitForTheFilterLosesNothing) {
    run_here(patience_main());
}

Coro<void> answer_main() {
    Ends ends;
    co_await begin(&ends);
    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.reader), "read");
    ends.receive("ON?");
    std::string answer;
    for (int i = 0; i < 1000 && answer.empty(); ++i) {
        co_await sleep(1ms);
        answer = ends.sent();
    }
    EXPECT_EQ(answer, "!");
    EXPECT_FALSE(reading.done());
    ends.receive("E\n");
    std::string line = co_await reading;
    EXPECT_EQ(line, "one\n");
}

TEST_P(Filtered, AReadMayHaveToWrite) {
    run_here(answer_main());
}

Coro<void> error_main() {
    Ends ends;
    co_await begin(&ends);
    ends.receive("ONE\nTWO#THREE\n");
    Log got;
    for (int i = 0; i < 3; ++i) {
        std::string line = co_await outcome(ends.reader);
        got.push_back(line);
    }
    EXPECT_EQ(got, (Log{"one\n", "error: nonsense", "error: nonsense"}));
    std::string rest(co_await ends.reader.read());
    EXPECT_EQ(rest, "two");
    ends.writer.write("in vain");
    ends.writer.close();
    EXPECT_EQ(ends.sent(), "#");
}

TEST_P(Filtered, WhatIsRightBeforeAnErrorIsReadFirst) {
    run_here(error_main());
}

Coro<void> cut_main() {
    Ends ends;
    co_await begin(&ends);
    ends.receive("PAY 10");
    finish_sending(ends.peer);
    std::string line = co_await outcome(ends.reader);
    EXPECT_EQ(line, "error: cut off");
}

TEST_P(Filtered, ACutLineIsNotTakenForAWholeOne) {
    run_here(cut_main());
}

Coro<void> end_main() {
    Ends ends;
    co_await begin(&ends);
    ends.receive("LAST.");
    std::string line = co_await outcome(ends.reader);
    EXPECT_EQ(line, "last");
    EXPECT_TRUE(ends.reader.at_eof());
    ends.writer.write("bye");
    ends.writer.write_eof();
    ends.writer.write("in vain");
    ends.writer.close();
    EXPECT_EQ(ends.sent(), "BYE.");
    ends.peer = Socket();
    co_await wait_for(ends.writer.wait_closed(), 5s);
}

TEST_P(Filtered, TheEndIsSaidOnce) {
    run_here(end_main());
}

Coro<void> gone_main() {
    Ends ends;
    ends.writer.set_filter(std::make_unique<Capitals>());
    ends.reader.stop();
    std::string what = co_await error_of(wait_for(ends.reader.ready(), 5s));
    EXPECT_EQ(what, "recv: Software caused connection abort");
    ends.writer.close();
    EXPECT_EQ(ends.sent(), "<");
}

TEST_P(Filtered, WhoStopsReadingIsNeverReady) {
    run_here(gone_main());
}

Coro<void> unspeakable_main() {
    Ends ends;
    co_await begin(&ends);
    ends.writer.write("unspeakable");
    std::string what = co_await error_of(ends.writer.drain());
    EXPECT_EQ(what, "send: Operation not supported");
    ends.writer.write("in vain");
    EXPECT_EQ(ends.sent(), "");
    std::string line = co_await outcome(ends.reader);
    EXPECT_EQ(line, "error: cut off");
}

TEST_P(Filtered, WhatCanNotBeEncodedBreaksTheConnectionAndThrowsNothing) {
    run_here(unspeakable_main());
}

// It asks, and takes no answer: more than the kernel and the queue hold.
Coro<void> greedy_main() {
    Ends ends;
    co_await begin(&ends);
    Task<std::string> reading =
        EventLoop::running().create_task(outcome(ends.reader), "read");
    std::string questions(10'000, '?');
    std::size_t most = 0;
    for (int i = 0; i < 1000 && !reading.done(); ++i) {
        try_send(ends.peer, questions);
        co_await sleep(0s);
        most = std::max(most, ends.writer.queued());
    }
    ends.writer.abort();
    std::string got = co_await reading;
    EXPECT_EQ(got,
              "error: answers that the peer does not take: "
              "No buffer space available");
    EXPECT_LE(most, detail::kHighWater);
}

TEST_P(Filtered, WhoDoesNotTakeItsAnswersGetsNoMore) {
    run_here(greedy_main());
}

}  // namespace
}  // namespace tincan::test
