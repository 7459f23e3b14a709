// What the recorder writes about a program whose every call is known.
#include "book/tour/server_process.hpp"

#include <sys/epoll.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

namespace tincan::tour {
namespace {

std::vector<Record> of_probe() {
    std::filesystem::path tour = TINCAN_BUILD_DIR "/book/tour";
    TraceMemory trace;
    ServerProcess probe(tour / "tour_probe", "0", tour / "libtour_recorder.so",
                        trace);
    probe.port();
    probe.stop();
    return trace.records();
}

const std::vector<Record>& probe() {
    static const std::vector<Record> records = of_probe();
    return records;
}

std::vector<Record> of_kind(Call call) {
    std::vector<Record> found;
    std::ranges::copy_if(
        probe(), std::back_inserter(found),
        [&](const Record& record) { return record.call == call; });
    return found;
}

Record only(Call call) {
    auto found = of_kind(call);
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Record{} : found.front();
}

TEST(Recorder, CallsFollowEachOtherAsTheyWereMade) {
    std::vector<Call> calls;
    std::map<std::int32_t, std::int64_t> before;  // by thread
    for (const Record& record : probe()) {
        EXPECT_GE(record.entered_at, before[record.thread]);
        before[record.thread] = record.entered_at;
        if (record.thread == probe().front().thread &&
            record.call != Call::close) {
            calls.push_back(record.call);
            EXPECT_TRUE(record.left);
            EXPECT_GE(record.left_at, record.entered_at);
        }
    }
    EXPECT_EQ(calls,
              (std::vector{Call::accept, Call::send, Call::receive, Call::send,
                           Call::receive, Call::poll, Call::select,
                           Call::epoll_ctl, Call::epoll_wait, Call::ask,
                           Call::start_thread, Call::condition}));
}

TEST(Recorder, ResultsAndDescriptorsAreThoseOfTheCalls) {
    Record accept = only(Call::accept);
    auto here = static_cast<std::int32_t>(accept.result);
    EXPECT_NE(accept.port, 0);
    auto received = of_kind(Call::receive);
    ASSERT_EQ(received.size(), 2U);
    EXPECT_EQ(received[0].fd, here);
    EXPECT_EQ(received[0].result, 5);
    EXPECT_EQ(received[1].result, 3);
    auto sent = of_kind(Call::send);
    EXPECT_EQ(sent[0].result, 5);
    EXPECT_EQ(sent[1].result, 3);
}

TEST(Recorder, SetsAreThoseOfTheCalls) {
    Record accept = only(Call::accept);
    auto here = static_cast<std::int32_t>(accept.result);
    Record poll = only(Call::poll);
    ASSERT_EQ(poll.fd_count, 2);
    EXPECT_EQ(poll.fds[0], accept.fd);
    EXPECT_EQ(poll.fds[1], here);
    Record select = only(Call::select);
    ASSERT_EQ(select.fd_count, 1);
    EXPECT_EQ(select.fds[0], here);
    Record control = only(Call::epoll_ctl);
    EXPECT_EQ(control.result, EPOLL_CTL_ADD);
    EXPECT_EQ(control.fds[0], here);
    EXPECT_EQ(only(Call::epoll_wait).fd, control.fd);
}

TEST(Recorder, AThousandTimesEagainAreOneRecord) {
    Record ask = only(Call::ask);
    EXPECT_EQ(ask.count, 1000U);
    ASSERT_EQ(ask.fd_count, 1);
    EXPECT_EQ(ask.fds[0], only(Call::accept).result);
}

TEST(Recorder, AThreadKnowsWhoStartedIt) {
    Record life = only(Call::thread);
    EXPECT_TRUE(life.left);
    ASSERT_LT(life.cause, probe().size());
    EXPECT_EQ(probe()[life.cause].call, Call::start_thread);
    EXPECT_NE(life.thread, only(Call::start_thread).thread);
}

TEST(Recorder, AChildOfForkIsSomebodyElse) {
    auto closed = of_kind(Call::close);
    auto child = std::ranges::find(closed, 99, &Record::fd);
    ASSERT_NE(child, closed.end());
    EXPECT_NE(child->thread, probe().front().thread);
}

// Descriptors of the program get the numbers they have without a recorder:
// 0 to 2 stand, 3 is its first.
TEST(Recorder, LeavesNoDescriptorOfItsOwn) {
    EXPECT_EQ(only(Call::accept).fd, 3);
}

TEST(ServerProcess, SaysWhatIsMissing) {
    TraceMemory trace;
    try {
        ServerProcess server("/nowhere/05-threads/echo_server", "0",
                             "/nowhere/r.so", trace);
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(),
                  std::string("/nowhere/05-threads/echo_server: not built "
                              "yet; ./tincan tour builds what it needs"));
    }
}

TEST(ServerProcess, SaysThatAServerEnded) {
    TraceMemory trace;
    std::string recorder = TINCAN_BUILD_DIR "/book/tour/libtour_recorder.so";
    EXPECT_THROW(
        {
            try {
                ServerProcess server("/bin/true", "0", recorder, trace);
                server.port();
            } catch (const std::runtime_error& error) {
                EXPECT_EQ(error.what(),
                          std::string("bin/true ended before it listened"));
                throw;
            }
        },
        std::runtime_error);
}

TEST(ServerProcess, SaysThatAServerSaysSomethingElse) {
    TraceMemory trace;
    std::string recorder = TINCAN_BUILD_DIR "/book/tour/libtour_recorder.so";
    try {
        ServerProcess server("/bin/echo", "0", recorder, trace);
        server.port();
        ADD_FAILURE();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(),
                  std::string("bin/echo did not say where it listens, but: 0"));
    }
}

// What a program does that reads its stdin by getc, and then ends by itself:
// without the library's own calls, which pass by unseen.
TEST(ServerProcess, TypesAndSeesTheEnd) {
    TraceMemory trace;
    std::filesystem::path build = TINCAN_BUILD_DIR;
    ServerProcess delays(build / "06-coroutines/delay_blocking", "",
                         build / "book/tour/libtour_recorder.so", trace);
    EXPECT_GT(delays.begin(), 0);
    delays.type("soon\n");
    delays.end_input();
    auto ended = [&] {
        auto records = trace.records();
        return std::ranges::any_of(records, [](const Record& record) {
            return record.call == Call::exit;
        });
    };
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ended() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(ended());
    std::vector<std::string> tasks;
    for (const Record& record : trace.records()) {
        if (record.call == Call::task_created) tasks.emplace_back(record.what);
    }
    EXPECT_EQ(tasks, std::vector<std::string>{"main"});
}

}  // namespace
}  // namespace tincan::tour
