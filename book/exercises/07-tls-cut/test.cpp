#include "book/exercises/support.hpp"

#include <string>
#include <string_view>

using namespace tincan::test;

namespace {

std::string said_to(std::string_view orders) {
    Process process({exercise()});
    process.write(orders, Deadline(5s));
    process.close_stdin();
    EXPECT_TRUE(process.wait_exit(Deadline(5s)));
    process.end();
    return process.out();
}

TEST(Cut, WholeOrdersArePaid) {
    EXPECT_EQ(said_to("pay 1000\npay 3\nend\n"), "paid 1000\npaid 3\n");
    EXPECT_EQ(said_to("end\n"), "");
}

TEST(Cut, HalfAnOrderIsNot) {
    EXPECT_EQ(said_to("pay 3\npay 10"), "paid 3\ncut off\n");
    EXPECT_EQ(said_to("pay 3\nend"), "paid 3\ncut off\n");
}

TEST(Cut, AStreamWithoutItsEndIsNoGoodOne) {
    EXPECT_EQ(said_to("pay 3\n"), "paid 3\ncut off\n");
    EXPECT_EQ(said_to(""), "cut off\n");
}

}  // namespace
