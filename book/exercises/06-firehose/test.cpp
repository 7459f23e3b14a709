#include "book/exercises/support.hpp"

#include <fstream>

using namespace tincan;
using namespace tincan::test;

namespace {

// What it has of its own.
long kilobytes_of(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stol(line.substr(8));
    throw std::runtime_error("it is gone");
}

TEST(Firehose, AllLinesArriveInTheirOrder) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.send("20000\n");
    for (int i = 0; i < 20000; ++i) {
        std::string line =
            std::to_string(i) + " " + std::string(98, 'a') + "\n";
        ASSERT_EQ(client.receive_line(), line);
    }
}

TEST(Firehose, WhoDoesNotReadCostsLittleAndOthersAreServed) {
    Server server = start_exercise();
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    Client ann(server.endpoint());
    ann.send("1\n");
    ann.receive_line();
    long before = kilobytes_of(server.process().pid());
    deaf.send("2000000\n");
    // Ann's second question is answered when the deaf one's has been begun.
    for (int i = 0; i < 2; ++i) {
        ann.send("1\n");
        ann.receive_line();
    }
    EXPECT_LT(kilobytes_of(server.process().pid()) - before, 32 << 10);
}

}  // namespace
