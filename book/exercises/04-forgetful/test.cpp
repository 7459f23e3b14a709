#include "book/exercises/support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/silence.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

TEST(Forgetful, AWordComesBack) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange("hello");
}

TEST(Forgetful, SoDoAHundredThousandBytes) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange(binary_bytes(100'000));
}

TEST(Forgetful, AndTheEndBehindThem) {
    Server server = start_exercise();
    Client client(server.endpoint());
    std::string bytes = binary_bytes(20'000);
    client.send(bytes);
    client.half_close();
    EXPECT_TRUE(client.receive_to_end() == bytes);
}

TEST(Forgetful, TwoOfThemAtOnce) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    std::string piece = binary_bytes(50'000);
    for (int turn = 0; turn < 20; ++turn) {
        ann.send(piece);
        bob.exchange("a word between");
        EXPECT_TRUE(ann.receive(piece.size()) == piece);
    }
}

TEST(Forgetful, ItSleepsWhileNobodySpeaks) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.exchange("hello");
    EXPECT_LT(busy_while_silent(server, client), 30ms);
}

}  // namespace
