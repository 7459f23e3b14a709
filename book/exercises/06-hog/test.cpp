#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Hog, TheSumIsRight) {
    std::string printed = output_of_exercise({"2"});
    EXPECT_NE(printed.find("the sum is 1699332\n"), std::string::npos)
        << printed;
}

TEST(Hog, SomebodyElseHasATurnAfterEachRound) {
    EXPECT_TRUE(output_of_exercise({"3"}).starts_with(
        "pulse\nround 1\npulse\nround 2\npulse\nround 3\npulse\n"));
}

}  // namespace
