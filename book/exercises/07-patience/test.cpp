#include "book/exercises/support.hpp"

#include <algorithm>
#include <sstream>

using namespace tincan::test;

namespace {

std::vector<long> waits(int count) {
    std::istringstream out(output_of_exercise({std::to_string(count)}));
    std::vector<long> all;
    for (long wait; out >> wait;)
        all.push_back(wait);
    return all;
}

TEST(Patience, PrintsAsManyAsItIsAskedFor) {
    EXPECT_EQ(waits(3).size(), 3U);
}

TEST(Patience, DoublesUpToHalfAMinute) {
    long limit = 500;
    for (long wait : waits(12)) {
        EXPECT_GE(wait, limit / 2);
        EXPECT_LE(wait, limit);
        limit = std::min(2 * limit, 30000L);
    }
}

TEST(Patience, DiffersFromClientToClient) {
    EXPECT_NE(waits(20), waits(20));
}

}  // namespace
