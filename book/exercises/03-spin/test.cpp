#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

void expect_rest(const Server& server, Client& client) {
    auto before = server.process().usage().cpu;
    EXPECT_FALSE(client.has_answer(300ms));
    EXPECT_LT(server.process().usage().cpu - before, 15ms)
        << "it does not rest, it spins";
}

TEST(Spin, AWordComesBack) {
    Server server = start_exercise();
    Client(server.endpoint()).exchange("hello");
}

TEST(Spin, ItRestsWhileNobodySpeaks) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello");
    expect_rest(server, ann);
}

TEST(Spin, WhoHasSaidEverythingIsLetGo) {
    Server server = start_exercise();
    Client bob(server.endpoint());
    bob.exchange("hello");
    Client ann(server.endpoint());
    ann.exchange("goodbye");
    ann.half_close();
    ann.expect_end();
    expect_rest(server, bob);
}

TEST(Spin, ItRestsWhileThereIsNoDescriptorLeft) {
    Server server = start_exercise();
    Client ann(server.endpoint());
    ann.exchange("hello");
    pid_t group = server.process().pid();
    limit_descriptors(group, highest_descriptor(group) + 1);
    Client bob(server.endpoint());
    bob.send("hello");
    expect_rest(server, bob);
    ann.close();
    EXPECT_EQ(bob.receive(5), "hello");
}

}  // namespace
