#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Generator, NothingRunsBeforeItIsAsked) {
    EXPECT_TRUE(output_of_exercise({"3"}).starts_with("begins\n"));
}

TEST(Generator, OfNoValuesNoneIsTaken) {
    EXPECT_EQ(output_of_exercise({"0"}), "begins\nends\n");
}

TEST(Generator, EachIsTakenBeforeTheNextIsMade) {
    EXPECT_EQ(output_of_exercise({"3"}),
              "begins\n"
              "makes 0\n"
              "takes 0\n"
              "makes 1\n"
              "takes 1\n"
              "makes 4\n"
              "takes 4\n"
              "ends\n");
}

}  // namespace
