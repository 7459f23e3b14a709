#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Metronome, BeginsAtOnce) {
    EXPECT_EQ(output_of_exercise({"1"}), "tick at 0 ms\n");
}

TEST(Metronome, IsNotLate) {
    EXPECT_EQ(output_of_exercise({"4"}),
              "tick at 0 ms\n"
              "tick at 100 ms\n"
              "tick at 200 ms\n"
              "tick at 300 ms\n");
}

TEST(Metronome, IsNotLateAfterAnHour) {
    EXPECT_TRUE(
        output_of_exercise({"36001"}).ends_with("\ntick at 3600000 ms\n"));
}

TEST(Metronome, ANoteThatIsTooLongCostsTheTicksItCovers) {
    EXPECT_EQ(output_of_exercise({"3", "250"}),
              "tick at 0 ms\n"
              "tick at 300 ms\n"
              "tick at 600 ms\n");
}

}  // namespace
