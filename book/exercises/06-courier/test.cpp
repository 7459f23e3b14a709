#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Courier, TheLoopWaits) {
    Process process({exercise()});
    process.wait_for_line("waiting", Deadline(10s));
}

TEST(Courier, TheParcelArrives) {
    EXPECT_EQ(output_of_exercise(), "waiting\ngot a parcel\n");
}

}  // namespace
