// Another protocol beside the first: rooms don't know the difference.

#include "07-chat/protocol.hpp"
#include "07-chat/rooms.hpp"
#include "tests/06_support.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::test;

namespace {

// Tells of what is said as numbers and names, and of nothing else.
class TerseWire final : public Wire {
public:
    std::string encode(const ChatEvent& event) const override {
        ++encoded;
        const Said* said = std::get_if<Said>(&event);
        if (said == nullptr) return fmt::format("[{}]", event.index());
        return fmt::format("[{} {}]", said->who, said->text);
    }

    mutable int encoded = 0;
};

struct Member {
    Member(const std::string& name, const Wire& wire, const Limits& limits)
        : Member(socket_pair(), name, wire, limits) {}
    Member(std::pair<Socket, Socket> pair, const std::string& name,
           const Wire& wire, const Limits& limits)
        : streams(make_streams(std::move(pair.first), name)),
          peer(make_streams(std::move(pair.second), "peer of " + name)),
          outbox(streams.second, limits, [] { FAIL(); }),
          user{{name, name}, wire, outbox} {}

    Streams streams;
    Streams peer;
    Outbox outbox;
    User user;
};

Coro<void> meet() {
    Limits limits;
    Rooms rooms(limits.history);
    TerseWire terse;
    Member ann("Ann", line_wire(), limits);
    Member bob("Bob", terse, limits);
    Member carl("Carl", terse, limits);
    rooms.connect(ann.user);
    rooms.say(ann.user, "hello");
    rooms.connect(bob.user);
    rooms.connect(carl.user);
    rooms.say(bob.user, "good day");
    std::string heard(co_await ann.peer.first.read());
    EXPECT_EQ(heard,
              "Welcome! 1 user(s) are online!\nAnn connected!\nAnn: hello\n"
              "Bob connected!\nCarl connected!\nBob: good day\n");
    heard = co_await bob.peer.first.read();
    EXPECT_EQ(heard, "[0][Ann hello][1][1][Bob good day]");
    heard = co_await carl.peer.first.read();
    EXPECT_EQ(heard, "[0][Ann hello][1][Bob good day]");
    // Two welcomes, and four things that two of them heard: once each.
    EXPECT_EQ(terse.encoded, 2 + 4);
}

TEST(Wires, OfSeveralKindsMeetInOneRoomAndEachIsAskedOnce) {
    run_virtual("epoll", meet());
}

}  // namespace
