#include "book/exercises/support.hpp"

#include "01-blocking/connection.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

void expect_verdict(const Endpoint& server, const std::string& verdict) {
    Process knock({exercise(), server.host, server.port});
    std::optional<Exit> exit = knock.wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << "still runs";
    knock.end();
    EXPECT_EQ(exit->code, 0) << knock.err();
    EXPECT_EQ(knock.out(), verdict + "\n");
}

Server start_echo_server() {
    return Server::ours(
        {TINCAN_BUILD_DIR "/01-blocking/echo_server", "{port}"});
}

TEST(Knock, AFreeServerServes) {
    expect_verdict(start_echo_server().endpoint(), "served");
}

TEST(Knock, ABusyServerDoesNot) {
    Server server = start_echo_server();
    Client ann(server.endpoint());
    ann.exchange("I am being served");
    expect_verdict(server.endpoint(), "connected, not served");
}

TEST(Knock, AServerMayHangUp) {
    Server server =
        Server::ours({TINCAN_BUILD_DIR "/01-blocking/accept_one", "{port}"});
    expect_verdict(server.endpoint(), "connected, not served");
}

TEST(Knock, NobodyMayBeThere) {
    Socket bound = bound_socket();
    expect_verdict(endpoint_of(bound), "nobody there");
}

}  // namespace
