#include "book/exercises/support.hpp"

#include <csignal>

using namespace tincan;
using namespace tincan::test;

namespace {

void expect_end_of(Server& server) {
    auto exit = server.process().wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << "still runs";
    EXPECT_EQ(exit->code, 0);
}

TEST(Farewell, NumbersAreDoubled) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.send("21\n");
    EXPECT_EQ(ann.receive_line(), "42\n");
}

TEST(Farewell, EverybodyHearsGoodbye) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.send("21\n");
    EXPECT_EQ(bob.receive_line(), "42\n");
    server.process().signal(SIGINT);
    EXPECT_EQ(ann.receive_to_any_end().bytes, "goodbye\n");
    EXPECT_EQ(bob.receive_to_any_end().bytes, "goodbye\n");
    expect_end_of(server);
}

TEST(Farewell, WhoNeverReadsDoesNotHoldItUpForLong) {
    Server server = start_exercise();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    std::string numbers;
    while (numbers.size() < 32 << 20)
        numbers += "1\n2\n3\n4\n5\n6\n7\n8\n";
    deaf.send_until_full(numbers, 200ms);
    server.process().signal(SIGINT);
    expect_end_of(server);
}

}  // namespace
