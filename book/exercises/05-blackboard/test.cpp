#include "book/exercises/support.hpp"

#include <algorithm>
#include <thread>
#include <vector>

using namespace tincan::test;

namespace {

// Writes a line; returns the board.
std::string write(Client& client, const std::string& line) {
    client.send(line + "\n");
    return client.receive_line("--\n");
}

TEST(Blackboard, ShowsWhatEverybodyWrote) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    EXPECT_EQ(write(ann, "hello"), "hello\n--\n");
    EXPECT_EQ(write(bob, "who is there?"), "hello\nwho is there?\n--\n");
    EXPECT_EQ(write(ann, "me"), "hello\nwho is there?\nme\n--\n");
}

TEST(Blackboard, NoLineIsLostAmongManyWriters) {
    Server server = start_exercise();
    std::vector<std::jthread> writers;
    for (int i = 0; i < 5; ++i) {
        writers.emplace_back([&] {
            Client client(server.endpoint());
            for (int line = 0; line < 9; ++line)
                write(client, "x");
        });
    }
    writers.clear();
    Client ann(server.endpoint());
    std::string board = write(ann, "me");
    EXPECT_EQ(std::count(board.begin(), board.end(), 'x'), 45) << board;
}

TEST(Blackboard, WhoDoesNotLookStopsNobody) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    write(ann, "hello");
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    std::string lines;
    for (int i = 0; i < 1'000'000; ++i)
        lines += "I write and write\n";
    deaf.send_until_full(lines, 300ms);
    EXPECT_TRUE(write(ann, "still here").ends_with("still here\n--\n"));
}

}  // namespace
