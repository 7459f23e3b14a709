// The small programs of stage 6 that show one thing each: what they print, in
// which order, and when.
#include "tests/06_programs_support.hpp"

namespace tincan::test {
namespace {

class Small : public Programs {};
INSTANTIATE_TEST_SUITE_P(, Small, kEachSelector, selector_name);

// The number before `unit`, both of which are cut out of `text`.
double cut_number(std::string& text, const std::string& unit) {
    std::size_t end = text.find(unit);
    std::size_t begin = text.find_last_not_of("0123456789.", end - 1) + 1;
    double number = std::stod(text.substr(begin, end - begin));
    text.erase(begin, end + unit.size() - begin);
    return number;
}

TEST_P(Small, SleepersEndInTheOrderOfTheirDelaysUnlessTheyHoldTheThread) {
    std::string printed = output_of(with_selector("sleepers", {"100"}));
    double together = cut_number(printed, " s in all\n");
    double in_turn = cut_number(printed, " s in all\n");
    EXPECT_GE(together, 3.0);
    EXPECT_LT(together, 5.9);
    EXPECT_GE(in_turn, 6.0);
    EXPECT_EQ(printed,
              "Each waits with co_await:\n"
              "Finished sleeper with delay: 1\n"
              "Finished sleeper with delay: 2\n"
              "Finished sleeper with delay: 3\n"
              "Each holds the thread:\n"
              "Finished sleeper with delay: 1\n"
              "Finished sleeper with delay: 3\n"
              "Finished sleeper with delay: 2\n");
}

TEST_P(Small, MiniLoopEchoesToAllAtOnceAndItsClockGoesOn) {
    Server server = start_server("mini_loop");
    Client silent(server.endpoint());
    Client never_reads(server.endpoint(), {.receive_buffer = 8192});
    never_reads.send_until_full(std::string(16 << 20, 'x'), 200ms);
    Client resets(server.endpoint());
    resets.exchange("hello");
    resets.reset();
    Client client(server.endpoint());
    client.exchange(std::string(1 << 20, 'y'));
    server.process().wait_for_line("1 s", Deadline(kPatience));
    server.process().wait_for_line("2 s", Deadline(kPatience));
    client.exchange("still here");
    client.half_close();
    client.expect_end();
    silent.exchange("I too");
    EXPECT_LT(server.process().usage().cpu, 1s) << "it does not sleep";
}

TEST_P(Small, MiniLoopWaitsForDescriptors) {
    // 0, 1, 2, the listener, perhaps epoll's own, and few for clients.
    Server server = Server::ours(with_selector("mini_loop", {"{port}"}),
                                 {.limits = {{RLIMIT_NOFILE, {8, 8}}}});
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i)
        clients.emplace_back(server.endpoint());
    clients.front().exchange("hello");
    clients.back().send("and I?");
    EXPECT_FALSE(clients.back().has_answer(300ms));
    while (clients.size() > 1)
        clients.erase(clients.begin());
    EXPECT_EQ(clients.back().receive(6), "and I?");
}

TEST(SmallArguments, WrongOnesGiveTheUsage) {
    expect_usage({"sleepers", "soon"});
    expect_usage({"sleepers", "-1"});
    expect_usage({"sleepers", "1", "2"});
    expect_usage({"sleepers", "--selector=kqueue"});
    expect_usage({"mini_loop", "65536"});
    expect_usage({"mini_loop", "--selector=kqueue"});
}

}  // namespace
}  // namespace tincan::test
