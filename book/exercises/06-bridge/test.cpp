#include "01-blocking/connection.hpp"
#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

// The program, and a server that it is connected to.
struct Bridge {
    Bridge() : listener(listen_on({"127.0.0.1", "0"})) {
        process.emplace(
            Command{exercise(), "127.0.0.1", endpoint_of(listener).port});
        server = accept_in_time(listener);
    }
    int status() {
        auto exit = process->wait_exit(Deadline(5s));
        EXPECT_TRUE(exit) << "still runs";
        process->end();
        return exit ? exit->code : -1;
    }

    Socket listener;
    std::optional<Process> process;
    Socket server;
};

TEST(Bridge, ItConnects) {
    Bridge bridge;
    EXPECT_NE(bridge.server.fd(), -1);
}

TEST(Bridge, ItWaitsForTheFirstWords) {
    Bridge bridge;
    EXPECT_FALSE(bridge.process->wait_exit(Deadline(200ms))) << "is gone";
    send_all(bridge.server, "good morning");
    EXPECT_EQ(bridge.status(), 0);
    EXPECT_EQ(bridge.process->out(), "good morning\n");
}

TEST(Bridge, WhoLeavesWithoutAWordIsAnError) {
    Bridge bridge;
    bridge.server = Socket();
    EXPECT_EQ(bridge.status(), 1);
}

}  // namespace
