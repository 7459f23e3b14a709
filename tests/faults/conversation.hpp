// What a client of a server says and must hear. Both halves throw a Failure
// (tests/support/client.hpp) where the server does not serve it completely.
#pragma once

#include "tests/support/client.hpp"

#include <string>
#include <vector>

namespace tincan::faults {

struct Conversation {
    // After it the server has taken the client in. Not so if it is empty.
    void (*begin)(test::Client&);
    // To the good-bye. `speakers`: those of whom the client must have heard
    // between its two halves, as the server calls them.
    void (*end)(test::Client&, const std::vector<std::string>& speakers);
};

extern const Conversation kEcho;
extern const Conversation kMessageEcho;       // one message and back
extern const Conversation kNamedMessageEcho;  // with the client's address
extern const Conversation kEchoedLines;
extern const Conversation kCountingEcho;  // with news of comings and goings
extern const Conversation kCountedLines;  // as many as it asks for
extern const Conversation kNulChat;
extern const Conversation kLineChat;  // of stage 7

// A client, and how the server calls it.
test::Client connect_client(const Endpoint& server);
std::string name_of(const test::Client& client);

}  // namespace tincan::faults
