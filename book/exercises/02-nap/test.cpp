#include "book/exercises/support.hpp"
#include "tests/support/bytes.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

// The part of a second for which it ran, or stood in the queue for a core.
double load_of(const Server& server, Client& silent) {
    auto start = test::Clock::now();
    auto before = server.process().usage().runnable;
    EXPECT_FALSE(silent.has_answer(1s));
    auto wanted = server.process().usage().runnable - before;
    return std::chrono::duration<double>(wanted) /
           std::chrono::duration<double>(test::Clock::now() - start);
}

TEST(Nap, TwoAreServedAtOnce) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.exchange("hello");
    ann.exchange("good morning");
}

TEST(Nap, SilenceCostsLittle) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello");
    // Half a core would be a lot; it is said so generously because on a busy
    // machine whoever wakes up stands in a queue first.
    double load = 1;
    for (int i = 0; i < 3 && load > 0.5; ++i)
        load = load_of(server, ann);
    EXPECT_LE(load, 0.5) << "of a core, for nothing";
}

TEST(Nap, WhoBreaksASilenceIsHeardSoon) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello");
    int soon = 0;
    for (int word = 0; word < 5; ++word) {
        EXPECT_FALSE(ann.has_answer(300ms));
        ann.send("hello");
        soon += ann.has_answer(100ms);
        EXPECT_EQ(ann.receive(5), "hello");
    }
    EXPECT_GE(soon, 3) << "times out of 5, after 100 ms";
}

TEST(Nap, WhoHasALotToSayIsNotSlowedDown) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Deadline deadline(10s);
    ann.exchange(binary_bytes(32 << 20));
    EXPECT_FALSE(deadline.passed());
}

}  // namespace
