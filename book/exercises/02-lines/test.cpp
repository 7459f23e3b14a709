#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

Client client_of(const Server& server, int buffers = 0) {
    return Client(server.endpoint(), {.source = {},
                                      .receive_buffer = buffers,
                                      .send_buffer = buffers,
                                      .patience = 2s});
}

TEST(Lines, ALineComesBack) {
    Server server = start_exercise();
    Client ann = client_of(server);
    Client bob = client_of(server);
    bob.exchange("hello\n");
    ann.exchange("good morning\n");
}

TEST(Lines, ItMayComeInPieces) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.send("hel");
    EXPECT_FALSE(client.has_answer(100ms)) << "before the line was whole";
    client.send("lo\nagain\nand a");
    EXPECT_EQ(client.receive_line(), "hello\n");
    EXPECT_EQ(client.receive_line(), "again\n");
    client.send("gain\n");
    EXPECT_EQ(client.receive_line(), "and again\n");
}

TEST(Lines, WhoHasLeftIsHungUpOn) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.send("hello\n");
    client.half_close();
    EXPECT_EQ(client.receive_to_end(), "hello\n");
}

TEST(Lines, AResetHarmsNobody) {
    Server server = start_exercise();
    Client ann = client_of(server);
    Client bob = client_of(server);
    bob.exchange("hello\n");
    ann.exchange("hello\n");
    ann.reset();
    bob.exchange("are you still there?\n");
    bob.exchange("in the next round too?\n");
}

TEST(Lines, NothingIsLostOnTheWayToASlowReader) {
    Server server = start_exercise();
    Client client = client_of(server, 4096);
    std::string lines;
    for (int number = 0; number < 400'000; ++number)
        lines += std::to_string(number) + '\n';
    std::size_t sent = client.send_until_full(lines, 200ms);
    client.exchange(lines, sent);
}

TEST(Lines, ALineThatNeverEndsIsRefused) {
    Server server = start_exercise();
    Client client = client_of(server);
    client.send_until_full(std::string(8 << 20, 'x'), 200ms);
    EXPECT_NE(client.receive_to_any_end().how, Client::Ending::never);
    client_of(server).exchange("hello\n");
}

}  // namespace
