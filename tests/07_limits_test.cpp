// Who may come in, and who is shown out at once.

#include "07-chat/seats.hpp"
#include "tests/07_support.hpp"

#include <chrono>

using namespace tincan::test;
using tincan::chat::address_of;
using tincan::chat::seats_for;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::string_view kFull =
    "-server- this server is full: please try again later\n";

TEST(Seats, CountAnIPv6NetworkAsOneAddress) {
    EXPECT_EQ(address_of("127.0.0.1:8000"), "127.0.0.1");
    EXPECT_EQ(address_of("[2001:db8:1:2:3:4:5:6]:1"), "2001:db8:1:2::/64");
    EXPECT_EQ(address_of("[2001:db8:1:2::9]:2"), "2001:db8:1:2::/64");
    EXPECT_EQ(address_of("[2001:db8:1:3::9]:2"), "2001:db8:1:3::/64");
    EXPECT_EQ(address_of("[::ffff:192.0.2.1]:2"), "::ffff:192.0.2.1");
    EXPECT_EQ(address_of("[fe80::1%eth0]:2"), "fe80::1%eth0");
}

TEST(Seats, LeaveThirtyTwoDescriptorsForEverythingElse) {
    EXPECT_EQ(seats_for(20000), 19968);
    EXPECT_EQ(seats_for(64), 32);
    EXPECT_EQ(seats_for(24), 12);
}

TEST_F(ChatServer, RefusesPolitelyWhenItIsFull) {
    start({"--max-clients", "2"});
    Client ann = join("Ann");
    std::optional<Client> bob(join("Bob"));
    // What it has sent is never read, and the refusal arrives all the same.
    Client carl = connect();
    carl.send("CONNECT Carl\n" + std::string(100'000, 'x'));
    Client::Ending ending = carl.receive_to_any_end();
    EXPECT_EQ(ending.bytes, kFull);
    EXPECT_EQ(ending.how, Client::Ending::in_order);
    process().wait_for_line(" warning refused peer=127.0.0.1:" +
                                std::to_string(carl.port()) + " why=full",
                            Deadline(5s));
    bob.reset();
    process().wait_for_line(" disconnected ", Deadline(5s));
    join("Carl");
}

TEST_F(ChatServer, CountsTheConnectionsOfEachAddressIfToldTo) {
    start({"--max-per-address", "2"});
    ClientOptions here{.source = "127.0.0.2"};
    Client ann = join("Ann", here);
    Client bob = join("Bob", here);
    Client third = connect(here);
    EXPECT_EQ(third.receive_to_end(),
              "-server- too many connections from your address\n");
    process().wait_for_line(" why=crowded-address", Deadline(5s));
    join("Carl", {.source = "127.0.0.3"});
    bob.close();
    process().wait_for_line(" disconnected ", Deadline(5s));
    join("Bob", here);
}

TEST_F(ChatServer, KeepsDescriptorsInReserveAndSaysThatItHasFew) {
    ProcessOptions options;
    options.limits = {{RLIMIT_NOFILE, {80, 80}}};
    server_.emplace(Server::ours({kChatServer, "{port}"}, options));
    process().wait_for_line(
        " warning too-few-descriptors max-clients=16384 seats=48",
        Deadline(5s));
    std::vector<Client> crowd;
    crowd.reserve(48);
    for (int i = 0; i < 48; ++i)
        crowd.push_back(join("user" + std::to_string(i)));
    for (int i = 0; i < 8; ++i) {
        Client late = connect();
        EXPECT_EQ(late.receive_to_end(), kFull);
    }
    EXPECT_EQ(process().out().find("out of descriptors"), std::string::npos);
}

TEST_F(ChatServer, ClosesAtOnceOnATlsHello) {
    Client ann = join("Ann");
    Client client = connect();
    client.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s);
    Client::Ending ending = client.receive_to_any_end();
    EXPECT_EQ(ending.bytes, "");
    EXPECT_EQ(ending.how, Client::Ending::in_order);
    client.close();
    process().wait_for_line(" why=tls-hello-on-plain-port", Deadline(5s));
}

TEST_F(ChatServer, ClosesAtOnceOnAnHttpRequestAndAnswersInHttp) {
    Client ann = join("Ann");
    Client browser = connect();
    // A web page can make a browser send this.
    browser.send(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nCONNECT Bob\r\nI'm Bob\r\n");
    Client::Ending ending = browser.receive_to_any_end();
    EXPECT_TRUE(ending.bytes.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_TRUE(ending.bytes.ends_with(
        "\r\n\r\nThis is a chat and speaks no HTTP. Use chat_client, or nc.\n"))
        << ending.bytes;
    browser.close();
    process().wait_for_line(" why=http-request", Deadline(5s));
    ann.send("/ping\n");
    expect_line(ann, "-server- pong");  // and nothing of Bob
}

TEST_F(ChatServer, ClosesWhoDoesNotConnectInTime) {
    start({"--connect", "0.1"});
    Client silent = connect();
    EXPECT_EQ(silent.receive_to_end(), "");
    silent.close();
    process().wait_for_line(" why=no-connect-in-time", Deadline(5s));
}

}  // namespace
