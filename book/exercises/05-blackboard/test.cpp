#include "book/exercises/support.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/tcp_table.hpp"

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

// All of the server sleeps, although there is something for it to receive.
bool waits_for_him_to_read(const Server& server, const Client& deaf) {
    return unread_bytes(server.port(), deaf.port()) > 0 &&
           is_asleep(server.process().pid());
}

TEST(Blackboard, WhoDoesNotLookStopsNobody) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    write(ann, "hello");
    Client deaf(server.endpoint(), {.receive_buffer = 4096});
    std::string lines;
    for (int i = 0; i < 1'000'000; ++i)
        lines += "I write and write\n";
    int in_a_row = 0;
    auto stuck = [&] {
        deaf.try_send(lines);
        in_a_row = waits_for_him_to_read(server, deaf) ? in_a_row + 1 : 0;
        return in_a_row == 20;
    };
    ASSERT_TRUE(eventually(stuck, Deadline(10s)));
    EXPECT_TRUE(write(ann, "still here").ends_with("still here\n--\n"));
}

}  // namespace
