// What one echo costs a server in a crowd that says nothing: with select and
// poll it grows with the crowd, with epoll it does not. 04_cost_test.cpp asks
// the selectors alone.
#include "tests/04_support.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

using namespace tincan;
using namespace tincan::test;

namespace {

// CPU time, most of it the kernel's: the best of several series, as anything
// else is this machine's other work, which may last longer than a few of them.
std::chrono::nanoseconds cost_of_an_echo(const std::string& program,
                                         std::size_t silent) {
    constexpr int kSeries = 5;  // or as many as fit into:
    constexpr auto kTime = 200ms;
    constexpr int kEchoes = 20;
    constexpr std::size_t kQueue = 1000;  // less than a listener's backlog
    Server server = Server::ours({TINCAN_BUILD_DIR "/" + program, "{port}"},
                                 {.environment = {{"QUIET", "1"}}});
    std::vector<Client> clients;
    for (std::size_t i = 0; i <= silent; ++i) {
        clients.emplace_back(
            server.endpoint(),
            ClientOptions{.source = load_address(i), .patience = kPatience});
        // Who has its echo is in, and so is everybody before it.
        if (i % kQueue == 0 || i == silent) clients.back().exchange("hello");
    }
    std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
    auto begin = Clock::now();
    for (int i = 0; i < kSeries || Clock::now() < begin + kTime; ++i) {
        auto before = server.process().usage().cpu;
        for (int echo = 0; echo < kEchoes; ++echo)
            clients.back().exchange("hello");
        best =
            std::min(best, (server.process().usage().cpu - before) / kEchoes);
    }
    return best;
}

double growth(const std::string& program, std::size_t few, std::size_t many) {
    auto cheap = cost_of_an_echo(program, few);
    auto dear = cost_of_an_echo(program, many);
    double ratio =
        static_cast<double>(dear.count()) / static_cast<double>(cheap.count());
    fmt::print(
        "{}: {} ns with {} silent clients, {} ns with {}: {:.1f} times\n",
        program, cheap.count(), few, dear.count(), many, ratio);
    return ratio;
}

TEST(CostOfAnEcho, GrowsWithSilentClientsUnderSelect) {
    allow_many_descriptors();
    EXPECT_GT(growth("03-select/echo_server", 10, 1000), 5);
}

TEST(CostOfAnEcho, GrowsWithSilentClientsUnderPoll) {
    EXPECT_GT(growth("04-poll/echo_server", 10, 1000), 5);
    EXPECT_GT(growth("04-poll/echo_server", 10, room_for_clients(10000)), 15);
}

TEST(CostOfAnEcho, DoesNotGrowWithSilentClientsUnderEpoll) {
    EXPECT_LT(growth("04-poll/epoll_echo_server", 10, 1000), 3);
    EXPECT_LT(growth("04-poll/epoll_echo_server", 10, room_for_clients(10000)),
              3);
}

}  // namespace
