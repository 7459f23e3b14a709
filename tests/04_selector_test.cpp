// The three selectors behind one interface: each must report the same things,
// and refuse clearly what it can't do.
#include "04-poll/make_selector.hpp"
#include "tests/04_support.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

// What one call of select reported, by key.
std::map<std::uint64_t, Events> select_once(Selector& selector,
                                            Selector::Timeout timeout) {
    std::map<std::uint64_t, Events> happened;
    for (auto [key, events] : selector.select(timeout))
        happened[key] = events;
    return happened;
}

class SelectorTest : public testing::TestWithParam<const char*> {
protected:
    std::unique_ptr<Selector> selector = make_selector(GetParam());
    Pair pair = make_pair();
};

TEST_P(SelectorTest, KnowsItsName) {
    EXPECT_EQ(selector->name(), GetParam());
}

TEST_P(SelectorTest, ReportsNothingWhileNothingHappens) {
    selector->add(pair.ours.fd(), kReadable, 7);
    EXPECT_TRUE(select_once(*selector, 0ns).empty());
}

TEST_P(SelectorTest, ReportsAReadableDescriptorUnderItsKey) {
    std::uint64_t key = 0xfedcba9876543210;
    selector->add(pair.ours.fd(), kReadable, key);
    send_all(pair.theirs, "x");
    std::map<std::uint64_t, Events> expected{{key, kReadable}};
    EXPECT_EQ(select_once(*selector, std::nullopt), expected);
}

TEST_P(SelectorTest, ReportsALevelAgainUntilItIsGone) {
    selector->add(pair.ours.fd(), kReadable, 1);
    send_all(pair.theirs, "x");
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U);
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U);
    char byte;
    receive(pair.ours, {&byte, 1});
    EXPECT_TRUE(select_once(*selector, 0ns).empty());
}

TEST_P(SelectorTest, ReportsOnlyWhatWasAskedFor) {
    selector->add(pair.ours.fd(), kReadable, 1);
    EXPECT_TRUE(select_once(*selector, 0ns).empty());
    selector->modify(pair.ours.fd(), kReadable | kWritable);
    EXPECT_EQ(select_once(*selector, 0ns)[1], kWritable);
    send_all(pair.theirs, "x");
    EXPECT_EQ(select_once(*selector, 0ns)[1], kReadable | kWritable);
    selector->modify(pair.ours.fd(), 0);
    EXPECT_TRUE(select_once(*selector, 0ns).empty());
}

TEST_P(SelectorTest, ForgetsARemovedDescriptor) {
    Pair other = make_pair();
    selector->add(pair.ours.fd(), kWritable, 1);
    selector->add(other.ours.fd(), kWritable, 2);
    selector->remove(pair.ours.fd());
    std::map<std::uint64_t, Events> expected{{2, kWritable}};
    EXPECT_EQ(select_once(*selector, 0ns), expected);
    selector->remove(other.ours.fd());
    EXPECT_TRUE(select_once(*selector, 0ns).empty());
}

TEST_P(SelectorTest, RemovingWhatIsNotWatchedIsHarmless) {
    selector->remove(pair.ours.fd());
    selector->add(pair.ours.fd(), kWritable, 1);
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U);
}

TEST_P(SelectorTest, RefusesADescriptorItWatchesAlready) {
    selector->add(pair.ours.fd(), kReadable, 1);
    try {
        selector->add(pair.ours.fd(), kReadable, 2);
        FAIL() << "the second add was taken";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EEXIST);
    }
}

TEST_P(SelectorTest, AnEndOfStreamMakesReadable) {
    selector->add(pair.ours.fd(), kReadable, 1);
    finish_sending(pair.theirs);
    EXPECT_TRUE(select_once(*selector, 0ns)[1] & kReadable);
}

TEST_P(SelectorTest, TimeOutsAreNeverShort) {
    selector->add(pair.ours.fd(), kReadable, 1);
    for (auto timeout : {1ns, 1'500'000ns, 20'000'001ns}) {
        auto before = std::chrono::steady_clock::now();
        EXPECT_TRUE(select_once(*selector, timeout).empty());
        EXPECT_GE(std::chrono::steady_clock::now() - before, timeout);
    }
}

TEST_P(SelectorTest, WatchesManyAndReportsEachReadyOne) {
    std::vector<Pair> pairs;
    for (std::uint64_t i = 0; i < 300; ++i) {
        pairs.push_back(make_pair());
        selector->add(pairs.back().ours.fd(), kReadable, i);
        if (i % 3 == 0) send_all(pairs.back().theirs, "x");
    }
    std::map<std::uint64_t, Events> happened;
    for (int turn = 0; turn < 2; ++turn) {
        happened.merge(select_once(*selector, 0ns));
    }
    EXPECT_EQ(happened.size(), 100U);
    for (auto [key, events] : happened)
        EXPECT_EQ(key % 3, 0U) << key;
}

TEST_P(SelectorTest, EdgesOrAClearRefusal) {
    int fd = pair.ours.fd();
    if (!selector->can_trigger(Trigger::edge)) {
        try {
            selector->add(fd, kReadable, 1, Trigger::edge);
            FAIL() << "an edge-triggered add was taken";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code().value(), ENOTSUP);
        }
        return;
    }
    selector->add(fd, kReadable, 1, Trigger::edge);
    send_all(pair.theirs, "x");
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U);
    EXPECT_TRUE(select_once(*selector, 0ns).empty()) << "told twice";
    send_all(pair.theirs, "y");
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U) << "new bytes";
    selector->modify(fd, kReadable);
    EXPECT_EQ(select_once(*selector, 0ns).size(), 1U) << "modify re-arms";
    EXPECT_TRUE(select_once(*selector, 0ns).empty()) << "and stays an edge";
}

INSTANTIATE_TEST_SUITE_P(Kinds, SelectorTest,
                         testing::Values("select", "poll", "epoll"),
                         [](const auto& kind) { return kind.param; });

// A copy of `socket` with a number that does not fit into an fd_set.
Socket high_descriptor(const Socket& socket) {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return Socket(
        check(::fcntl(socket.fd(), F_DUPFD_CLOEXEC, FD_SETSIZE), "fcntl"));
}

TEST(SelectSelector, RefusesADescriptorThatDoesNotFitAndKeepsTheOthers) {
    SelectSelector selector;
    Pair pair = make_pair();
    Socket high = high_descriptor(pair.ours);
    selector.add(pair.ours.fd(), kWritable, 1, Trigger::level);
    try {
        selector.add(high.fd(), kWritable, 2, Trigger::level);
        FAIL() << "descriptor " << high.fd() << " was taken";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EMFILE);
        EXPECT_NE(std::string(error.what()).find("does not fit"),
                  std::string::npos)
            << error.what();
    }
    std::map<std::uint64_t, Events> expected{{1, kWritable}};
    EXPECT_EQ(select_once(selector, 0ns), expected);
}

TEST(PollSelector, TakesADescriptorThatSelectCanNot) {
    PollSelector selector;
    Pair pair = make_pair();
    Socket high = high_descriptor(pair.ours);
    selector.add(high.fd(), kWritable, 1, Trigger::level);
    EXPECT_EQ(select_once(selector, 0ns)[1], kWritable);
}

TEST(EpollSelector, RefusesARegularFile) {
    EpollSelector selector;
    Socket file(check(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open"));
    try {
        selector.add(file.fd(), kReadable, 1, Trigger::level);
        FAIL() << "a regular file was taken";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EPERM);
    }
}

TEST(EpollSelector, TellsThatThePeerHasClosedItsSide) {
    EpollSelector selector;
    Pair pair = make_pair();
    selector.add(pair.ours.fd(), kReadable | kHangUp, 1, Trigger::edge);
    send_all(pair.theirs, "x");
    finish_sending(pair.theirs);
    EXPECT_EQ(select_once(selector, 0ns)[1], kReadable | kHangUp);
}

TEST(MakeSelector, RefusesAnUnknownName) {
    EXPECT_THROW(make_selector("kqueue"), std::invalid_argument);
}

}  // namespace
