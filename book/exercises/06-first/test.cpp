#include "01-blocking/connection.hpp"
#include "book/exercises/support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

class First : public testing::Test {
protected:
    // Echoes, one client after the other.
    Server answers =
        Server::ours({TINCAN_BUILD_DIR "/01-blocking/echo_server", "{port}"});
    // Connects, and says nothing.
    Socket silent = listen_on({.host = "127.0.0.1", .port = "0"});
    // Nobody listens there.
    Socket bound = bound_socket();

    std::string answering() const { return answers.endpoint().port; }
    std::string mute() const { return endpoint_of(silent).port; }
    std::string dead() const { return endpoint_of(bound).port; }
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
