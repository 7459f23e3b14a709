// What one wake costs while more and more descriptors stay silent: with
// select and poll it grows with them, with epoll it does not.
#include "04-poll/make_selector.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

std::chrono::nanoseconds cpu_time() {
    timespec time{};
    check(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), "clock_gettime");
    return std::chrono::seconds(time.tv_sec) +
           std::chrono::nanoseconds(time.tv_nsec);
}

Socket make_eventfd(unsigned value) {
    return Socket(check(::eventfd(value, EFD_CLOEXEC), "eventfd"));
}

// CPU time of one select that finds one of `idle` + 1 descriptors ready: the
// best of several series, as anything else is this machine's other work.
std::chrono::nanoseconds cost_of_a_wake(std::string_view name, int idle) {
    constexpr int kSeries = 20;
    constexpr int kCalls = 100;
    std::unique_ptr<Selector> selector = make_selector(name);
    std::vector<Socket> silent;
    for (int i = 0; i < idle; ++i) {
        silent.push_back(make_eventfd(0));
        selector->add(silent.back().fd(), kReadable, 0);
    }
    Socket ready = make_eventfd(1);
    selector->add(ready.fd(), kReadable, 1);

    std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
    for (int series = 0; series < kSeries; ++series) {
        std::chrono::nanoseconds before = cpu_time();
        for (int call = 0; call < kCalls; ++call) {
            EXPECT_EQ(selector->select(0ns).size(), 1U);
        }
        best = std::min(best, (cpu_time() - before) / kCalls);
    }
    return best;
}

void allow_many_descriptors() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

double growth(std::string_view name, int few, int many) {
    allow_many_descriptors();
    auto cheap = cost_of_a_wake(name, few);
    auto dear = cost_of_a_wake(name, many);
    double ratio =
        static_cast<double>(dear.count()) / static_cast<double>(cheap.count());
    fmt::print(
        "{}: {} ns with {} silent descriptors, {} ns with {}: {:.1f} "
        "times\n",
        name, cheap.count(), few, dear.count(), many, ratio);
    return ratio;
}

TEST(CostOfAWake, GrowsWithSilentClientsUnderSelect) {
    EXPECT_GT(growth("select", 10, 1000), 5);
}

TEST(CostOfAWake, GrowsWithSilentClientsUnderPoll) {
    EXPECT_GT(growth("poll", 10, 1000), 10);
    EXPECT_GT(growth("poll", 10, 10000), 100);
}

TEST(CostOfAWake, DoesNotGrowWithSilentClientsUnderEpoll) {
    EXPECT_LT(growth("epoll", 10, 1000), 3);
    EXPECT_LT(growth("epoll", 10, 10000), 3);
}

}  // namespace
