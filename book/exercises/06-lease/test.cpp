#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Lease, TheFirstJobsArePrinted) {
    Process process({exercise()});
    process.wait_for_line("job 1 is printed", Deadline(5s));
    process.wait_for_line("job 2 is printed", Deadline(5s));
}

TEST(Lease, AllEnd) {
    Process process({exercise()});
    EXPECT_TRUE(process.wait_exit(Deadline(5s))) << "somebody waits for ever";
    process.end();
    EXPECT_EQ(process.err(), "");
    for (int job = 1; job <= 9; ++job) {
        const char* end =
            job % 3 == 0 ? " failed: paper jam\n" : " is printed by the ";
        EXPECT_NE(process.out().find("job " + std::to_string(job) + end),
                  std::string::npos);
    }
    EXPECT_TRUE(process.out().ends_with("all have ended\n"));
}

}  // namespace
