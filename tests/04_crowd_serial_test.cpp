// Ten thousand clients at once, or as many as this machine has room for.
#include "tests/04_support.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <vector>

using namespace tincan;
using namespace tincan::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kQueue = 1000;  // less than a listener's backlog

class Crowd : public testing::TestWithParam<const char*> {
protected:
    // Says how long it took to do `what`.
    template <typename Action>
    void measure(std::string_view what, Action action) {
        Clock::time_point begin = Clock::now();
        action();
        std::chrono::duration<double> time = Clock::now() - begin;
        fmt::print("{}: {}: {:.2f} s\n", GetParam(), what, time.count());
    }

    // Lets them come, a queue full at a time, until one is not let in.
    void gather() {
        bool all_in = true;
        while (all_in && clients.size() < wanted) {
            std::size_t first = clients.size();
            while (clients.size() < std::min(first + kQueue, wanted)) {
                clients.emplace_back(
                    server.endpoint(),
                    ClientOptions{.source = load_address(clients.size()),
                                  .patience = kPatience});
                clients.back().try_send("hello");
            }
            auto at = clients.begin() + static_cast<std::ptrdiff_t>(first);
            at = std::find_if_not(at, clients.end(), is_served);
            all_in = at == clients.end();
            clients.erase(at, clients.end());
        }
    }

    static bool is_served(Client& client) {
        try {
            return client.receive(5) == "hello";
        } catch (const Failure&) {
            return false;
        }
    }

    void all_talk() {
        const std::string text = "all at once";
        for (Client& client : clients)
            client.send(text);
        for (Client& client : clients)
            ASSERT_EQ(client.receive(text.size()), text);
    }

    bool said(std::string_view text) const {
        return server.process().out().find(text) != std::string::npos;
    }

    // A sanitizer's threads are too big for more than a thousand of them.
    const std::size_t wanted = room_for_clients(kMemoryIsJudged ? 10000 : 1000);
    Server server = Server::ours(
        {std::string(TINCAN_BUILD_DIR) + "/" + GetParam(), "{port}"});
    std::vector<Client> clients;
};

TEST_P(Crowd, IsServedOrRefusedCleanly) {
    std::size_t before = server.process().usage().descriptors;
    measure(fmt::format("{} come in", wanted), [&] { gather(); });
    if (clients.size() < wanted) {
        fmt::print("{}: {} fit in\n", GetParam(), clients.size());
        EXPECT_TRUE(said("refused") || said("out of descriptors"));
    }
    ASSERT_GT(clients.size(), wanted / 20) << server.process().out();
    measure("all talk at once", [&] { all_talk(); });
    measure("all leave", [&] {
        clients.clear();
        EXPECT_TRUE(eventually(
            [&] { return server.process().usage().descriptors <= before; },
            Deadline(kPatience)));
    });
    Client(server.endpoint()).exchange("still here");
}

INSTANTIATE_TEST_SUITE_P(
    Servers, Crowd,
    testing::Values("04-poll/echo_server", "04-poll/epoll_echo_server",
                    "05-threads/echo_server"),
    [](const auto& server) {
        std::string name = server.param;
        std::ranges::replace_if(
            name, [](unsigned char c) { return !std::isalnum(c); }, '_');
        return "stage_" + name;
    });

}  // namespace
