#include "book/exercises/support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/silence.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

class Restless : public testing::TestWithParam<const char*> {
protected:
    Server server = Server::ours({exercise(), GetParam(), "{port}"});
    Client ann{server.endpoint()};
};

TEST_P(Restless, AWordComesBack) {
    ann.exchange("hello");
    Client bob(server.endpoint());
    bob.exchange("hello");
    ann.exchange("hello again");
}

TEST_P(Restless, WhoReadsLateStillGetsItAll) {
    std::string bytes = binary_bytes(8 << 20);
    std::size_t stuck = ann.send_until_full(bytes, 100ms);
    ann.exchange(bytes, stuck);
}

TEST_P(Restless, ItSleepsWhileNobodySpeaks) {
    ann.exchange("hello");
    EXPECT_LT(busy_while_silent(server, ann), 30ms);
}

TEST_P(Restless, ItSleepsWhileSomebodyDoesNotRead) {
    Client deaf(server.endpoint(),
                {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
    deaf.send_until_full(std::string(64 << 20, 'x'), 300ms);
    ann.exchange("hello");
    auto sleeps = [&] {  // once it has done what is left to do
        auto before = server.process().usage().runnable;
        EXPECT_FALSE(ann.has_answer(300ms));
        return server.process().usage().runnable - before < 30ms;
    };
    EXPECT_TRUE(eventually(sleeps, Deadline(5s)));
}

INSTANTIATE_TEST_SUITE_P(Selectors, Restless,
                         testing::Values("select", "poll", "epoll"),
                         [](const auto& selector) { return selector.param; });

}  // namespace
