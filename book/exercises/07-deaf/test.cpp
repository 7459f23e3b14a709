#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

Client join(const Server& server, const std::string& name,
            ClientOptions options = {}) {
    Client client(server.endpoint(), options);
    client.send("CONNECT " + name + "\n");
    client.receive_line();
    return client;
}

TEST(Deaf, PeopleTalk) {
    Server server = start_exercise();
    Client ann = join(server, "Ann");
    Client bob = join(server, "Bob");
    EXPECT_EQ(ann.receive_line(), "Bob connected!\n");
    bob.send("hello\n");
    EXPECT_EQ(ann.receive_line(), "Bob: hello\n");
    EXPECT_EQ(bob.receive_line(), "Bob: hello\n");
}

TEST(Deaf, NobodyWaitsForOneWhoDoesNotReadAndAllHearThatHeHasLeft) {
    Server server = start_exercise();
    Client deaf = join(server, "Adam", {.receive_buffer = 4096});
    Client bob = join(server, "Bob", {.patience = 3s});
    long before = kilobytes_of(server.process().pid());
    std::string line = std::string(10'000, 'x') + "\n";
    bool gone = false;
    for (int i = 0; i < 1000; ++i) {
        bob.send(line);
        std::string heard = bob.receive_line();
        if (heard == "Adam has left the chat\n") {
            gone = true;
            heard = bob.receive_line();
        }
        ASSERT_EQ(heard, "Bob: " + line);
    }
    EXPECT_TRUE(gone);
    EXPECT_LT(kilobytes_of(server.process().pid()), before + 2000);
}

}  // namespace
