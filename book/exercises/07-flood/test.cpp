#include "book/exercises/support.hpp"

#include <sstream>

using namespace tincan::test;

namespace {

// One character for each time: "+" said, "-" too fast.
std::string answers(const std::string& times) {
    Process process({exercise()});
    process.write(times + "\n", Deadline(5s));
    process.close_stdin();
    process.wait_exit(Deadline(5s));
    process.end();
    std::string found;
    std::istringstream lines(process.out());
    for (std::string line; std::getline(lines, line);)
        found += line.ends_with("said") ? '+' : '-';
    return found;
}

TEST(Flood, FiveAtOnceAreNot) {
    EXPECT_EQ(answers("0 0 0 0 0 0 0"), "+++++--");
}

TEST(Flood, NorAreFiveASecond) {
    EXPECT_EQ(answers("0 0.25 0.5 0.75 1 1.25 1.5 1.75 2 2.25"), "++++++++++");
}

TEST(Flood, TenAroundTheEdgeOfASecondAre) {
    EXPECT_EQ(answers("0.95 0.95 0.95 0.95 0.95 1.05 1.05 1.05 1.05 1.05"),
              "+++++-----");
}

TEST(Flood, WhoWaitsMaySayAsMuchAsHeHasWaitedFor) {
    EXPECT_EQ(answers("0 0 0 0 0 0.5 0.5 0.5 0.5"), "+++++++--");
}

TEST(Flood, HoweverLongTheSilenceFiveAreTheMost) {
    EXPECT_EQ(answers("9.5 9.5 9.5 9.5 9.5 9.5 10 10 10"), "+++++-++-");
}

}  // namespace
