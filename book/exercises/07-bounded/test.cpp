#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Bounded, EverybodyHearsEveryLineInOrder) {
    Server server = start_exercise();
    Client ann = come(server);
    Client bob = come(server);
    EXPECT_EQ(ann.receive_line(), "here\n");
    for (int i = 0; i < 1000; ++i) {
        ann.send(std::to_string(i) + "\n");
        ASSERT_EQ(ann.receive_line(), std::to_string(i) + "\n");
        ASSERT_EQ(bob.receive_line(), std::to_string(i) + "\n");
    }
}

TEST(Bounded, WhoDoesNotReadIsCutOffAndCostsLittle) {
    Server server = start_exercise();
    Client deaf = come(server, {.receive_buffer = 4096});
    Client ann = come(server);
    long before = kilobytes_of(server.process().pid());
    std::string line = std::string(999, 'x') + "\n";
    for (int i = 0; i < 10000; ++i) {
        ann.send(line);
        ASSERT_EQ(ann.receive_line(), line);
    }
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 2 << 10);
    Client::Ending ending = deaf.receive_to_any_end();
    EXPECT_NE(ending.how, Client::Ending::never);
    EXPECT_LT(ending.bytes.size(), 1U << 20);
}

}  // namespace
