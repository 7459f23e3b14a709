#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Deadlines, AWordComesBack) {
    Server server = start_exercise();
    Client(server.endpoint()).exchange("hello");
}

TEST(Deadlines, WhoSaysNothingForASecondHasToLeave) {
    Server server = start_exercise();
    auto start = test::Clock::now();
    Client ann(server.endpoint());
    ann.expect_end();
    EXPECT_GE(test::Clock::now() - start, 1s);
}

TEST(Deadlines, AlsoWhileOthersSpeak) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    Deadline deadline(5s);
    while (!ann.has_answer(50ms)) {
        ASSERT_FALSE(deadline.passed()) << "she is still there";
        bob.exchange("hello");
    }
    ann.expect_end();
    bob.exchange("may I stay?");
}

TEST(Deadlines, EachHasItsOwnSecond) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    EXPECT_TRUE(ann.stays_silent(500ms));
    auto start = test::Clock::now();
    Client bob(server.endpoint());
    ann.expect_end();
    bob.expect_end();
    EXPECT_GE(test::Clock::now() - start, 1s);
}

TEST(Deadlines, ItRestsMeanwhile) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello");
    auto before = server.process().usage().cpu;
    EXPECT_TRUE(ann.stays_silent(300ms));
    EXPECT_LT(server.process().usage().cpu - before, 15ms);
}

}  // namespace
