#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

constexpr rlim_t kMega = 1 << 20;

// Stacks of 1000 MiB, and room for two of them.
class FullHouse : public testing::Test {
protected:
    Server server =
        Server::ours({exercise(), "{port}"},
                     {.limits = {{RLIMIT_STACK, {1000 * kMega, 1000 * kMega}},
                                 {RLIMIT_AS, {2700 * kMega, 2700 * kMega}}}});
    Client ann{server.endpoint()};
    Client bob{server.endpoint()};
};

TEST_F(FullHouse, ThereIsRoomForTwo) {
    ann.exchange("hello");
    bob.exchange("hello");
}

TEST_F(FullHouse, TheThirdIsToldSoAndTheOthersLive) {
    ann.exchange("hello");
    bob.exchange("hello");
    for (int i = 0; i < 3; ++i) {
        Client cid(server.endpoint());
        EXPECT_EQ(cid.receive_line(), "the house is full\n");
        EXPECT_EQ(cid.receive_to_end(), "");
    }
    ann.exchange("still here");
    bob.exchange("still here");
}

TEST_F(FullHouse, AlsoOneWhoHasSaidALotAlready) {
    ann.exchange("hello");
    bob.exchange("hello");
    for (int i = 0; i < 10; ++i) {
        Client cid(server.endpoint());
        cid.try_send(std::string(100'000, 'x'));
        EXPECT_EQ(cid.receive_line(), "the house is full\n");
    }
}

TEST_F(FullHouse, WhenOneLeavesThereIsRoomAgain) {
    ann.exchange("hello");
    bob.exchange("hello");
    ann.close();
    EXPECT_TRUE(eventually(
        [&] { return server.process().usage().threads == 2; }, Deadline(10s)));
    Client(server.endpoint()).exchange("hello");
}

}  // namespace
