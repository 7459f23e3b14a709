#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

long next_number(Client& client) {
    return std::stol(client.receive_line());
}

TEST(Ticker, NumbersOnlyGrow) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    long last = -1;
    for (int i = 0; i < 100; ++i) {
        long number = next_number(ann);
        ASSERT_GT(number, last);
        last = number;
    }
}

TEST(Ticker, WhoHasNotReadSoonGetsANewNumber) {
    Server server = start_exercise();
    Client slow(server.endpoint(), {.receive_buffer = 4096});
    long first = next_number(slow);
    Client ann(server.endpoint());
    while (next_number(ann) < first + 500) {
    }
    long number = first;
    // The first of these were on their way already.
    for (int i = 0; i < 100 && number < first + 500; ++i)
        number = next_number(slow);
    EXPECT_GE(number, first + 500);
}

TEST(Ticker, WhoDoesNotReadCostsNothing) {
    Server server = start_exercise();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    Client ann(server.endpoint());
    long first = next_number(ann);
    long before = kilobytes_of(server.process().pid());
    while (next_number(ann) < first + 1000) {
    }
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 400);
}

}  // namespace
