#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Pause, AWordComesBack) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange("hello");
}

TEST(Pause, WhoDoesNotReadCostsLittle) {
    Server server = start_exercise();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    deaf.exchange("hello");
    long before = kilobytes_of(server.process().pid());
    deaf.send_until_full(std::string(64 << 20, 'x'), 300ms);
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 16 << 10);
}

TEST(Pause, WhoReadsAtLastGetsEverything) {
    Server server = start_exercise();
    Client late(server.endpoint());
    std::string much;
    for (int i = 0; much.size() < 64 << 20; ++i)
        much += std::to_string(i) + ' ';
    std::size_t sent = late.send_until_full(much, 300ms);
    EXPECT_EQ(late.receive(sent), much.substr(0, sent));
}

}  // namespace
