#include "book/exercises/support.hpp"
#include "tests/support/bytes.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

const std::size_t kTooMuch = 64 << 20;  // for all buffers on the way

Client narrow_client(const Server& server) {
    return Client(server.endpoint(),
                  {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
}

TEST(TinCans, WordsPassBothWays) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    ann.send("hello");
    EXPECT_EQ(bob.receive(5), "hello");
    bob.send("good morning");
    EXPECT_EQ(ann.receive(12), "good morning");
}

TEST(TinCans, TheEndIsPassedOn) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    ann.send("goodbye");
    ann.half_close();
    EXPECT_EQ(bob.receive_to_end(), "goodbye");
    bob.send("one more thing");
    bob.half_close();
    EXPECT_EQ(ann.receive_to_end(), "one more thing");
}

TEST(TinCans, TheNextTwoAreConnected) {
    Server server = start_exercise();
    for (int pair = 0; pair < 2; ++pair) {
        Client ann(server.endpoint());
        Client bob(server.endpoint());
        ann.send("hello");
        EXPECT_EQ(bob.receive(5), "hello");
        ann.reset();
        bob.receive_to_any_end();
    }
}

TEST(TinCans, WhoTalksFasterThanTheOtherListensHasToWait) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob = narrow_client(server);
    const std::string bytes(kTooMuch, 'x');
    EXPECT_LT(ann.send_until_full(bytes, 300ms), bytes.size())
        << "bytes that nobody has read: who holds them?";
}

TEST(TinCans, NothingIsLostByWaiting) {
    Server server = start_exercise();
    Client ann = narrow_client(server);
    Client bob = narrow_client(server);
    const std::string bytes = binary_bytes(1 << 20);
    std::size_t sent = ann.send_until_full(bytes, 300ms);
    ann.half_close();
    EXPECT_EQ(difference(bytes.substr(0, sent), bob.receive_to_end()), "");
}

}  // namespace
