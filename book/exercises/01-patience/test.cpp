#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Patience, AWordComesBack) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange("hello");
}

TEST(Patience, WhoSaysNothingIsHungUpOn) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.send("hello");
    EXPECT_EQ(bob.receive(5), "hello");
    EXPECT_EQ(ann.receive_to_any_end().bytes, "");
}

TEST(Patience, WhoNeverReadsIsHungUpOn) {
    Server server = start_exercise();
    Client ann(server.endpoint(),
               {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
    ann.send_until_full(std::string(64 << 20, 'x'), 100ms);
    Client bob(server.endpoint());
    bob.send("hello");
    EXPECT_EQ(bob.receive(5), "hello");
}

TEST(Patience, WhoSpeaksNowAndThenMayStay) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    for (int word = 0; word < 5; ++word) {
        ann.exchange("word");
        EXPECT_TRUE(ann.stays_silent(300ms)) << "she had to leave";
    }
}

}  // namespace
