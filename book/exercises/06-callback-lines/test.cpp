#include "book/exercises/support.hpp"

#include <thread>

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(CallbackLines, ALineIsAnswered) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.send("Ann\n");
    EXPECT_EQ(ann.receive_line(), "Hello, Ann!\n");
}

TEST(CallbackLines, AlsoInPieces) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    for (char byte : "Ann\n"s) {
        ann.send({&byte, 1});
        std::this_thread::sleep_for(5ms);  // so that it travels alone
    }
    EXPECT_EQ(ann.receive_line(), "Hello, Ann!\n");
}

TEST(CallbackLines, ThreeAtOnce) {
    Server server = start_exercise();
    Client crowd(server.endpoint());
    crowd.send("Ann\nBob\nCid\n");
    EXPECT_EQ(crowd.receive_line(), "Hello, Ann!\n");
    EXPECT_EQ(crowd.receive_line(), "Hello, Bob!\n");
    EXPECT_EQ(crowd.receive_line(), "Hello, Cid!\n");
}

}  // namespace
