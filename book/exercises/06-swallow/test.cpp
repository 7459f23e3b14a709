#include "book/exercises/support.hpp"

#include <csignal>

using namespace tincan;
using namespace tincan::test;

namespace {

std::string answer_to(Client& client, const std::string& line) {
    client.send(line);
    return client.receive_line();
}

TEST(Swallow, NumbersAreDoubled) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    EXPECT_EQ(answer_to(ann, "21\n"), "42\n");
}

TEST(Swallow, AWrongLineIsAnErrorAndNotTheEnd) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    EXPECT_EQ(answer_to(ann, "twenty-one\n"), "error\n");
    EXPECT_EQ(answer_to(ann, "21\n"), "42\n");
}

TEST(Swallow, ItStopsWhenItIsAsked) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    EXPECT_EQ(answer_to(ann, "21\n"), "42\n");
    EXPECT_EQ(answer_to(bob, "1\n"), "2\n");
    Process& process = server.process();
    process.signal(SIGINT);
    EXPECT_TRUE(process.wait_exit(Deadline(10s)));
    process.end();
    EXPECT_EQ(process.err(), "") << "somebody would not stop";
    EXPECT_EQ(ann.receive_to_any_end().bytes, "");
}

}  // namespace
