// The chat of stage 4, beyond what 04_nul_chat_test.cpp asks of every chat:
// what may come together in one turn of its loop, and what it costs.
#include "tests/04_support.hpp"

using namespace tincan;
using namespace tincan::test;

namespace {

const std::string kNul(1, '\0');

std::string said_by(const Client& speaker, const std::string& text) {
    return "127.0.0.1:" + std::to_string(speaker.port()) + ": " + text + kNul;
}

Server start_chat() {
    return Server::ours({stage_4("chat_server"), "{port}"});
}

// A client that the server has taken in: it has heard itself.
Client join(const Server& server) {
    Client client(server.endpoint());
    client.send(kNul);
    EXPECT_EQ(client.receive_line(kNul), said_by(client, ""));
    return client;
}

TEST(Chat, AnEndBesideAMessageHarmsNobody) {
    Server server = start_chat();
    Client bob = join(server);
    Client ann = join(server);
    Client cid = join(server);
    EXPECT_EQ(bob.receive_line(kNul), said_by(ann, ""));
    EXPECT_EQ(bob.receive_line(kNul), said_by(cid, ""));
    EXPECT_EQ(ann.receive_line(kNul), said_by(cid, ""));
    {
        Pause pause(server);
        ann.send("now" + kNul);
        expect_arrived(ann);
        bob.close();
        cid.reset();
    }
    EXPECT_EQ(ann.receive_line(kNul), said_by(ann, "now"));
    ann.send("still here" + kNul);
    EXPECT_EQ(ann.receive_line(kNul), said_by(ann, "still here"));
}

TEST(Chat, WhoHasSaidAllMayStillHearTheRest) {
    Server server = start_chat();
    Client ann = join(server);
    Client bob = join(server);
    EXPECT_EQ(ann.receive_line(kNul), said_by(bob, ""));
    {
        Pause pause(server);
        ann.send("now" + kNul);
        expect_arrived(ann);
        bob.half_close();
    }
    EXPECT_EQ(bob.receive_to_end(), said_by(ann, "now"));
}

TEST(Chat, ItSleepsWhileNobodySpeaks) {
    Server server = start_chat();
    Client ann = join(server);
    EXPECT_LT(busy_while_silent(server, ann), kSilence / 10);
}

}  // namespace
