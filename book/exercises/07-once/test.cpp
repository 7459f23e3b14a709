#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Once, EverybodyHearsEveryLineInOrder) {
    Server server = start_exercise();
    Client ann = come(server);
    Client bob = come(server);
    EXPECT_EQ(ann.receive_line(), "here\n");
    for (int i = 0; i < 1000; ++i)
        ann.send(std::to_string(i) + "\n");
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(ann.receive_line(), std::to_string(i) + "\n");
        ASSERT_EQ(bob.receive_line(), std::to_string(i) + "\n");
    }
}

TEST(Once, FiftyWhoDoNotReadCostLittleMoreThanOne) {
    Server server = start_exercise();
    std::vector<Client> deaf;
    for (int i = 0; i < 50; ++i)
        deaf.push_back(come(server, {.receive_buffer = 4096}));
    Client ann = come(server);
    long before = kilobytes_of(server.process().pid());
    std::string line = std::string(999, 'x') + "\n";
    for (int i = 0; i < 400; ++i) {
        ann.send(line);
        ASSERT_EQ(ann.receive_line(), line);
    }
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 6 << 10);
}

}  // namespace
