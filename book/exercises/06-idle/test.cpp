#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Idle, AWordComesBack) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange("hello");
}

TEST(Idle, WhoSaysNothingHasToGo) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.expect_end();
    Client bob(server.endpoint());
    bob.exchange("hello");
}

TEST(Idle, WhoNeverReadsHasToGo) {
    Server server = start_exercise();
    Client ann(server.endpoint(),
               {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
    ann.send_until_full(std::string(64 << 20, 'x'), 100ms);
    EXPECT_TRUE(eventually([&] { return ann.is_cut(); }, Deadline(5s)));
}

TEST(Idle, WhoSpeaksNowAndThenMayStay) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    for (int word = 0; word < 5; ++word) {
        ann.exchange("word");
        EXPECT_TRUE(ann.stays_silent(300ms)) << "she had to leave";
    }
}

}  // namespace
