// From recordings, here written by hand, to canonical timelines.
#include "book/tour/canonical.hpp"

#include <sys/epoll.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace tincan::tour {
namespace {

constexpr std::int64_t kBeat = 100'000'000;  // nanoseconds
constexpr int kListening = 3, kAnn = 4, kBob = 5;

// A time in beats; what comes after a step is a little later than that.
std::int64_t at(double beat) {
    return static_cast<std::int64_t>(beat * static_cast<double>(kBeat));
}

Record call(Call kind, int fd, double entered, double left, std::int64_t result,
            int thread = 1) {
    Record record;
    record.call = kind;
    record.thread = thread;
    record.fd = fd;
    record.entered_at = at(entered);
    record.left_at = at(left);
    record.left = true;
    record.result = result;
    return record;
}

Record unfinished(Record record) {
    record.left = false;
    record.left_at = 0;
    return record;
}

Record accepted(double entered, double left, int fd, std::uint16_t port,
                int thread = 1) {
    Record record = call(Call::accept, kListening, entered, left, fd, thread);
    record.port = port;
    return record;
}

Record watching(Call kind, double entered, double left, std::vector<int> fds) {
    Record record = call(kind, -1, entered, left, 1);
    for (int fd : fds) {
        record.fds[record.fd_count++] = fd;
    }
    return record;
}

Record of_task(Record record, std::uint64_t task) {
    record.task = task;
    return record;
}

// Ann connects, speaks and leaves, Bob only connects.
Recording people() {
    Recording recording;
    recording.stage = "test";
    recording.beats = 10;
    recording.observed = {
        {"Ann", Act::connect, "", at(1), 1, 1001},
        {"Bob", Act::connect, "", at(2), 2, 1002},
        {"Ann", Act::say, "hello\n", at(4), 4, 0},
        {"Ann", Act::hear, "hello\n", at(4.03), 0, 0},
        {"Ann", Act::leave, "", at(7), 7, 0},
    };
    return recording;
}

Recording blocking() {
    Recording recording = people();
    recording.calls = {
        accepted(-0.5, 1.01, kAnn, 1001),
        call(Call::receive, kAnn, 1.02, 4.01, 6),
        call(Call::send, kAnn, 4.02, 4.025, 6),
        call(Call::receive, kAnn, 4.04, 7.01, 0),
        call(Call::close, kAnn, 7.02, 7.02, 0),
        // Bob gets the number that Ann had.
        accepted(7.03, 7.04, kAnn, 1002),
        unfinished(call(Call::receive, kAnn, 7.05, 0, 0)),
    };
    return recording;
}

std::string text(const Timeline& timeline) {
    std::ostringstream out;
    write(out, timeline);
    return out.str();
}

TEST(Canonical, AServerThatServesOneAfterTheOther) {
    EXPECT_EQ(text(canonical(blocking())), R"(stage "test"
beats 10 100
lane person "Ann" 0.0 10.0 goes-on
lane thread "server" 0.0 10.0 goes-on
lane person "Bob" 0.0 10.0 goes-on
wait 1 0.0 1.1 accept "listener"
wait 1 1.2 4.1 recv "Ann"
wait 1 4.3 7.1 recv "Ann"
wait 1 7.3 10.0 recv "Bob"
deed 0 1.0 connect ""
deed 0 4.0 say "hello"
deed 0 4.3 hear "hello"
deed 0 7.0 leave ""
deed 2 2.0 connect ""
arrow 0 1.0 1 1.1 connect
arrow 2 2.0 1 7.2 connect
arrow 0 4.0 1 4.1 bytes
arrow 1 4.2 0 4.3 bytes
arrow 0 7.0 1 7.1 leave
)");
}

TEST(Canonical, LateCallsWithinABeatChangeNothing) {
    Recording late = blocking();
    for (Record& record : late.calls) {
        record.entered_at += at(0.3);
        if (record.left) record.left_at += at(0.3);
    }
    late.observed[3].at += at(0.35);
    EXPECT_EQ(text(canonical(late)), text(canonical(blocking())));
}

TEST(Canonical, SendMayReturnAfterThePeerHasTheBytes) {
    Recording recording = blocking();
    recording.calls[2].left_at = at(4.039);  // Ann heard it at 4.03
    EXPECT_EQ(text(canonical(recording)), text(canonical(blocking())));
}

TEST(Canonical, WaitsWithinABeatAreNone) {
    Recording recording = blocking();
    recording.calls[1].left_at = at(1.5);
    recording.calls[1].result = -1;  // a signal
    recording.calls.insert(recording.calls.begin() + 2,
                           call(Call::receive, kAnn, 1.6, 4.01, 6));
    EXPECT_EQ(text(canonical(recording)), text(canonical(blocking())));
}

TEST(Canonical, BytesInPiecesAreOneArrowToWhereTheLastCameIn) {
    Recording recording = blocking();
    recording.calls[1].result = 2;
    recording.calls.insert(recording.calls.begin() + 2,
                           call(Call::receive, kAnn, 4.011, 4.015, 4));
    recording.observed[3].text = "hel";
    recording.observed.insert(recording.observed.begin() + 4,
                              {"Ann", Act::hear, "lo\n", at(4.035), 0, 0});
    Timeline timeline = canonical(recording);
    EXPECT_EQ(std::ranges::count(timeline.arrows, Cause::bytes, &Arrow::cause),
              2);
    auto heard = std::ranges::find(timeline.deeds, Act::hear, &Deed::act);
    EXPECT_EQ(heard->text, "hello");
    EXPECT_EQ(std::ranges::count(timeline.deeds, Act::hear, &Deed::act), 1);
}

TEST(Canonical, WhatPeersSayCannotDriveATerminal) {
    Recording recording = blocking();
    recording.observed[2].text = "\x1b[2J\r\n";
    Timeline timeline = canonical(recording);
    auto said = std::ranges::find(timeline.deeds, Act::say, &Deed::act);
    EXPECT_EQ(said->text, "\\x1b[2J");
}

TEST(Canonical, SelectAndPollWaitForTheirSets) {
    Recording recording = people();
    recording.calls = {
        watching(Call::select, -0.5, 1.01, {kListening}),
        accepted(1.02, 1.02, kAnn, 1001),
        watching(Call::poll, 1.03, 2.01, {kListening, kAnn}),
        accepted(2.02, 2.02, kBob, 1002),
        unfinished(watching(Call::poll, 2.03, 0, {kBob, 77, kListening, kAnn})),
    };
    Timeline timeline = canonical(recording);
    ASSERT_EQ(timeline.waits.size(), 3U);
    EXPECT_EQ(timeline.waits[0].call, "select");
    EXPECT_EQ(timeline.waits[1].on,
              (std::vector<std::string>{"listener", "Ann"}));
    EXPECT_EQ(timeline.waits[2].on,
              (std::vector<std::string>{"listener", "Ann", "Bob"}));
}

TEST(Canonical, EpollWaitsForTheSetThatTheKernelKeeps) {
    constexpr int kEpoll = 9;
    auto control = [](double when, int operation, int fd) {
        Record record = call(Call::epoll_ctl, kEpoll, when, when, operation);
        record.fds[record.fd_count++] = fd;
        return record;
    };
    Recording recording = people();
    recording.calls = {
        control(-0.6, EPOLL_CTL_ADD, kListening),
        control(-0.6, EPOLL_CTL_ADD, 77),
        call(Call::epoll_wait, kEpoll, -0.5, 1.01, 1),
        accepted(1.02, 1.02, kAnn, 1001),
        control(1.03, EPOLL_CTL_ADD, kAnn),
        call(Call::epoll_wait, kEpoll, 1.04, 2.01, 1),
        accepted(2.02, 2.02, kBob, 1002),
        control(2.03, EPOLL_CTL_ADD, kBob),
        control(2.03, EPOLL_CTL_MOD, kBob),
        control(2.04, EPOLL_CTL_DEL, kListening),
        call(Call::epoll_wait, kEpoll, 2.05, 7.01, 1),
        call(Call::close, kAnn, 7.02, 7.02, 0),
        unfinished(call(Call::epoll_wait, kEpoll, 7.03, 0, 0)),
    };
    Timeline timeline = canonical(recording);
    std::vector<std::vector<std::string>> sets;
    for (const Wait& wait : timeline.waits) {
        sets.push_back(wait.on);
    }
    EXPECT_EQ(sets,
              (std::vector<std::vector<std::string>>{
                  {"listener"}, {"listener", "Ann"}, {"Ann", "Bob"}, {"Bob"}}));
}

TEST(Canonical, MillionsOfQuestionsAreOneWait) {
    Recording recording = people();
    auto asks = [](double from, double to, std::vector<int> fds,
                   std::uint64_t count) {
        Record record = watching(Call::ask, from, to, fds);
        record.count = count;
        return record;
    };
    recording.calls = {
        asks(-0.5, 1.01, {kListening}, 400'000),
        accepted(1.01, 1.01, kAnn, 1001),
        asks(1.02, 4.01, {kAnn, kListening}, 1'234'567),
        call(Call::receive, kAnn, 4.01, 4.01, 6),
        asks(4.02, 4.03, {kAnn}, 2),
        call(Call::send, kAnn, 4.03, 4.03, 6),
        unfinished(asks(4.04, 0, {kAnn, kListening}, 1)),
    };
    Timeline timeline = canonical(recording);
    ASSERT_EQ(timeline.waits.size(), 3U);
    EXPECT_EQ(timeline.waits[1].call, kAsking);
    EXPECT_EQ(timeline.waits[1].on,
              (std::vector<std::string>{"listener", "Ann"}));
    recording.calls[2].count = 5;
    EXPECT_EQ(text(canonical(recording)), text(timeline));
}

TEST(Canonical, ThreadsHaveLanesNextToWhomTheyServe) {
    Recording recording = people();
    auto start = [](double when) {
        return call(Call::start_thread, -1, when, when, 0);
    };
    auto life = [](double from, double to, int thread, std::uint64_t cause) {
        Record record = call(Call::thread, -1, from, to, 0, thread);
        record.cause = cause;
        return record;
    };
    recording.calls = {
        accepted(-0.5, 1.01, kAnn, 1001),
        start(1.02),
        life(1.04, 7.05, 11, 1),
        accepted(1.03, 2.01, kBob, 1002),
        start(2.02),
        unfinished(life(2.03, 0, 12, 4)),
        unfinished(accepted(2.03, 0, 0, 0)),
        call(Call::receive, kAnn, 1.05, 4.01, 6, 11),
        call(Call::send, kAnn, 4.02, 4.02, 6, 11),
        call(Call::receive, kAnn, 4.03, 7.01, 0, 11),
        unfinished(call(Call::receive, kBob, 2.04, 0, 0, 12)),
        life(1.5, 1.6, 13, 1),  // has to do with nobody
    };
    Timeline timeline = canonical(recording);
    std::vector<std::string> names;
    for (const Lane& lane : timeline.lanes) {
        names.push_back(lane.name);
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"Ann", "Ann's thread", "main thread",
                                        "Bob's thread", "Bob"}));
    EXPECT_FALSE(timeline.lanes[1].goes_on);
    EXPECT_EQ(timeline.lanes[1].end, (Moment{7, 2}));
    EXPECT_TRUE(timeline.lanes[3].goes_on);
    Arrow started{Cause::start, 2, {1, 2}, 1, {1, 3}};
    EXPECT_NE(std::ranges::find(timeline.arrows, started),
              timeline.arrows.end())
        << text(timeline);
}

TEST(Canonical, TasksHaveLanesOfTheirOwnAndShareAThread) {
    auto point = [](Call kind, double when, std::uint64_t task) {
        return of_task(call(kind, -1, when, when, 0), task);
    };
    auto suspended = [](double when, std::uint64_t task, int fd,
                        const char* what) {
        Record record =
            of_task(call(Call::task_suspended, fd, when, when, 0), task);
        std::ranges::copy_n(what, 5, record.what);
        return record;
    };
    auto created = [](double when, std::uint64_t task, std::uint64_t by) {
        Record record =
            of_task(call(Call::task_created, -1, when, when, 0), by);
        record.cause = task;
        return record;
    };
    Recording recording = people();
    recording.calls = {
        created(-0.9, 1, 0),
        point(Call::task_resumed, -0.8, 1),
        suspended(-0.7, 1, kListening, "accpt"),
        watching(Call::poll, -0.6, 1.01, {kListening}),
        point(Call::task_resumed, 1.02, 1),
        of_task(accepted(1.03, 1.03, kAnn, 1001), 1),
        created(1.04, 2, 1),
        suspended(1.05, 1, kListening, "accpt"),
        point(Call::task_resumed, 1.06, 2),
        suspended(1.07, 2, kAnn, "recv\0"),
        watching(Call::poll, 1.08, 4.01, {kListening, kAnn}),
        point(Call::task_resumed, 4.015, 2),
        of_task(call(Call::receive, kAnn, 4.02, 4.02, 6), 2),
        of_task(call(Call::send, kAnn, 4.025, 4.025, 6), 2),
        point(Call::task_ended, 4.028, 2),
    };
    Timeline timeline = canonical(recording);
    std::vector<std::string> names;
    for (const Lane& lane : timeline.lanes) {
        names.push_back(lane.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{
                         "Ann", "Ann's task", "accept task", "thread", "Bob"}));
    Wait ann{1, "recv", {"Ann"}, {1, 7}, {4, 2}};
    EXPECT_NE(std::ranges::find(timeline.waits, ann), timeline.waits.end())
        << text(timeline);
    EXPECT_FALSE(timeline.lanes[1].goes_on);
}

TEST(Disturbance, NoneIfAllComesInTime) {
    EXPECT_EQ(disturbance(blocking()), std::nullopt);
}

TEST(Disturbance, SomebodyActsLate) {
    Recording recording = blocking();
    recording.observed[4].at = at(7.6);
    recording.calls.resize(3);
    EXPECT_EQ(disturbance(recording), "Ann was late");
}

TEST(Disturbance, AnAnswerComesLate) {
    Recording recording = blocking();
    recording.observed[3].at = at(4.6);
    EXPECT_EQ(disturbance(recording), "Ann was late");
}

TEST(Disturbance, NoAnswerComes) {
    Recording recording = blocking();
    recording.observed.erase(recording.observed.begin() + 3);
    EXPECT_EQ(disturbance(recording), "Ann got no answer");
}

TEST(Disturbance, TheServerComesLate) {
    Recording recording = blocking();
    recording.calls[0].left_at = at(1.6);
    EXPECT_EQ(disturbance(recording), "the server was late");
}

}  // namespace
}  // namespace tincan::tour
