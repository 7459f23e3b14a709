#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(WayBack, WhoCallsNobodyComesToItsEnd) {
    EXPECT_EQ(output_of_exercise({"0"}), "the sum is 0\n");
}

TEST(WayBack, ACallerGoesOnWithTheResult) {
    EXPECT_EQ(output_of_exercise({"1"}), "0 came back\nthe sum is 1\n");
}

TEST(WayBack, TheInnermostComesBackFirst) {
    EXPECT_EQ(output_of_exercise({"3"}),
              "0 came back\n1 came back\n2 came back\nthe sum is 6\n");
}

}  // namespace
