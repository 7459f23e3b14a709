#include "book/exercises/support.hpp"

#include <thread>

using namespace tincan;
using namespace tincan::test;

namespace {

std::string framed(const std::string& message) {
    std::string frame;
    for (int shift = 24; shift >= 0; shift -= 8)
        frame += static_cast<char>(message.size() >> shift & 0xff);
    return frame + message;
}

TEST(Framed, AMessageIsAnswered) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.send(framed("xyx"));
    EXPECT_EQ(client.receive_line(), "2\n");
}

TEST(Framed, AlsoIfItArrivesByteByByte) {
    Server server = start_exercise();
    Client client(server.endpoint());
    for (char byte : framed("xyx")) {
        client.send({&byte, 1});
        std::this_thread::sleep_for(5ms);  // so that it travels alone
    }
    EXPECT_EQ(client.receive_line(), "2\n");
}

TEST(Framed, OneAfterTheOtherOfAnyLength) {
    Server server = start_exercise();
    Client client(server.endpoint());
    for (std::size_t length : {0U, 1U, 65535U, 65536U}) {
        client.send(framed(std::string(length, 'x')));
        EXPECT_EQ(client.receive_line(), std::to_string(length) + "\n");
    }
}

TEST(Framed, WhoAnnouncesMoreIsSentAway) {
    Server server = start_exercise();
    Client client(server.endpoint());
    client.send("\xff\xff\xff\xff");
    client.expect_end();
}

}  // namespace
