#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Announcer, TheEndOfInputEndsIt) {
    Server server = start_exercise();
    server.process().close_stdin();
    auto exit = server.process().wait_exit(Deadline(5s));
    ASSERT_TRUE(exit) << "still runs";
    EXPECT_EQ(exit->code, 0);
}

TEST(Announcer, ClientsAreServedWhileNobodyTypes) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello\n");
}

TEST(Announcer, WhatIsTypedArrivesAtAll) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    ann.exchange("I am here\n");
    bob.exchange("I too\n");
    server.process().write("tea is ready\n", Deadline(5s));
    EXPECT_EQ(ann.receive_line(), "tea is ready\n");
    EXPECT_EQ(bob.receive_line(), "tea is ready\n");
}

}  // namespace
