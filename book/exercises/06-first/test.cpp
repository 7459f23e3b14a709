#include "01-blocking/connection.hpp"
#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

std::string port_of(const Socket& listener) {
    std::string address = to_string(local_address(listener));
    return address.substr(address.rfind(':') + 1);
}

class First : public testing::Test {
protected:
    // Echoes, one client after the other.
    Server answers =
        Server::ours({TINCAN_BUILD_DIR "/01-blocking/echo_server", "{port}"});
    // Connects, and says nothing.
    Socket silent = listen_on({.host = "127.0.0.1", .port = "0"});

    std::string answering() const { return answers.endpoint().port; }
    std::string mute() const { return port_of(silent); }
    // Nobody listens there.
    std::string dead() {
        Socket gone = listen_on({.host = "127.0.0.1", .port = "0"});
        return port_of(gone);
    }
};

TEST_F(First, AnAnswerIsPrinted) {
    EXPECT_EQ(output_of_exercise({answering(), mute()}), "hello\n");
}

TEST_F(First, AFailureIsNoAnswer) {
    EXPECT_EQ(output_of_exercise({dead(), answering()}), "hello\n");
    EXPECT_EQ(output_of_exercise({dead(), dead()}), "no answer\n");
}

TEST_F(First, WhoIsSilentKeepsNobodyWaiting) {
    EXPECT_EQ(output_of_exercise({mute(), answering()}), "hello\n");
    EXPECT_EQ(output_of_exercise({mute(), dead(), answering()}), "hello\n");
}

}  // namespace
