#include "book/exercises/support.hpp"

#include <thread>

using namespace tincan::test;

namespace {

std::string keys_in(const std::vector<std::string>& pieces) {
    Process process({exercise()});
    for (const std::string& piece : pieces) {
        process.write(piece, Deadline(5s));
        std::this_thread::sleep_for(20ms);  // so that it is read alone
    }
    process.close_stdin();
    EXPECT_TRUE(process.wait_exit(Deadline(5s))) << "it hangs";
    process.end();
    return process.out();
}

TEST(TornKeys, InOnePiece) {
    EXPECT_EQ(keys_in({"a\x1b[Ab"}), "a\nup\nb\n");
}

TEST(TornKeys, ByteByByte) {
    EXPECT_EQ(keys_in({"a", "\x1b", "[", "A", "b", "\x1b[", "D"}),
              "a\nup\nb\nleft\n");
}

TEST(TornKeys, OneThatIsNotKnownLeavesNothing) {
    EXPECT_EQ(keys_in({"x\x1b[15~y\x1b[1;5Az"}), "x\ny\nz\n");
}

}  // namespace
