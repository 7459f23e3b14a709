#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

std::string louder(const std::string& text) {
    Process process({exercise()});
    process.write(text, Deadline(5s));
    process.close_stdin();
    EXPECT_TRUE(process.wait_exit(Deadline(5s))) << "it hangs";
    process.end();
    return process.out();
}

TEST(Louder, ALine) {
    EXPECT_EQ(louder("hello\n"), "HELLO\n");
}

TEST(Louder, AMegabyte) {
    std::string heard = louder(std::string(1'000'000, 'x'));
    EXPECT_EQ(heard.size(), 1'000'000U);
    EXPECT_EQ(heard.find_first_not_of('X'), heard.npos);
}

}  // namespace
