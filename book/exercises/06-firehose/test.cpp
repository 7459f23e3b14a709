#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Firehose, AllLinesArriveInTheirOrder) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.send("20000\n");
    for (int i = 0; i < 20000; ++i) {
        std::string line =
            std::to_string(i) + " " + std::string(98, 'a') + "\n";
        ASSERT_EQ(client.receive_line(), line);
    }
}

TEST(Firehose, WhoDoesNotReadCostsLittleAndOthersAreServed) {
    Server server = start_exercise();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    Client ann(server.endpoint());
    ann.send("1\n");
    ann.receive_line();
    long before = kilobytes_of(server.process().pid());
    deaf.send("2000000\n");
    // Ann's second question is answered when the deaf one's has been begun.
    for (int i = 0; i < 2; ++i) {
        ann.send("1\n");
        ann.receive_line();
    }
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 32 << 10);
}

}  // namespace
