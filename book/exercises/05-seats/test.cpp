#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

class Seats : public testing::Test {
protected:
    void expect_answer(Client& client, const std::string& line,
                       const std::string& answer) {
        client.send(line + "\n");
        EXPECT_EQ(client.receive_line(), answer + "\n") << "to " << line;
    }

    Server server = start_exercise();
    Client ann{server.endpoint()};
    Client bob{server.endpoint()};
};

TEST_F(Seats, AFreeSeatCanBeBoughtAndIsTakenThen) {
    expect_answer(ann, "17", "free: do you want it?");
    expect_answer(ann, "yes", "yours");
    expect_answer(bob, "17", "taken");
    expect_answer(bob, "18", "free: do you want it?");
    expect_answer(bob, "yes", "yours");
}

TEST_F(Seats, WhoSaysNoLeavesItFree) {
    expect_answer(ann, "17", "free: do you want it?");
    ann.send("no\n");
    expect_answer(ann, "0", "a seat from 1 to 200, please");
    expect_answer(bob, "17", "free: do you want it?");
}

TEST_F(Seats, WhoThinksKeepsNobodyWaiting) {
    expect_answer(ann, "17", "free: do you want it?");
    expect_answer(bob, "18", "free: do you want it?");
    expect_answer(bob, "yes", "yours");
    expect_answer(bob, "17", "free: do you want it?");
}

TEST_F(Seats, NoSeatIsSoldTwice) {
    expect_answer(ann, "17", "free: do you want it?");
    expect_answer(bob, "17", "free: do you want it?");
    expect_answer(bob, "yes", "yours");
    expect_answer(ann, "yes", "taken");
}

}  // namespace
