#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

TEST(Together, AllResultsAreThereInTheEnd) {
    EXPECT_TRUE(output_of_exercise().ends_with("all: water, tea, milk\n"));
}

TEST(Together, AllBeginBeforeOneEnds) {
    EXPECT_TRUE(output_of_exercise().starts_with(
        "goes for water\ngoes for tea\ngoes for milk\n"));
}

TEST(Together, TheQuickestIsThereFirst) {
    std::string said = output_of_exercise();
    EXPECT_NE(said.find("has tea\nhas milk\nhas water\n"), std::string::npos)
        << said;
}

}  // namespace
