// What the tests of the echo servers of stages 2 and 3 share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/server.hpp"
#include "tests/support/usage.hpp"

#include <string>

namespace tincan::test {

// More than all buffers between two programs hold.
inline const std::size_t kTooMuch = 64 << 20;

// Its echo soon has no room: neither in its kernel nor in the server's.
inline Client narrow_client(const Server& server) {
    return Client(server.endpoint(),
                  {.source = {}, .receive_buffer = 4096, .send_buffer = 4096});
}

// One that speaks when the server has no descriptor left for it, and has said
// so.
inline Client client_too_many(const Server& server) {
    pid_t group = server.process().pid();
    limit_descriptors(group, highest_descriptor(group) + 1);
    Client client(server.endpoint());
    client.send("hello");
    server.process().wait_for_line("out of descriptors", Deadline(kPatience));
    return client;
}

// Neither one that has heard all, nor one whose echo is stuck.
inline void expect_resets_harm_nobody(const Server& server) {
    Client ann(server.endpoint());
    ann.exchange("hello");
    Client bob(server.endpoint());
    bob.exchange("hello");
    Client stuffed = narrow_client(server);
    stuffed.send_until_full(std::string(kTooMuch, 'x'), kSilence);
    ann.reset();
    stuffed.reset();
    bob.exchange("are you still there?");
    Client(server.endpoint()).exchange("and for newcomers?");
}

}  // namespace tincan::test
