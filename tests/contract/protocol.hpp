// What clients and servers say to each other: the echo of stages 1 to 6, the
// chat of stage 7.
#pragma once

#include "tests/support/client.hpp"

#include <string>

namespace tincan::contract {

class Protocol {
public:
    virtual ~Protocol() = default;

    // The first words of client `number`, and the answer to them.
    virtual void hello(test::Client& client, unsigned number) const = 0;
    virtual void hear(test::Client& client) const = 0;
    // A message with `number` in it and its answer.
    virtual void talk(test::Client& client, unsigned number) const = 0;
    // Work for the server, and all of its results.
    virtual void toil(test::Client& client, unsigned number) const = 0;
    // More than fits between a client and a server, for who never reads.
    virtual const std::string& babble() const = 0;
    // True if every byte comes back as it was.
    virtual bool echoes() const = 0;
};

const Protocol& echo_protocol();
const Protocol& chat_protocol();

}  // namespace tincan::contract
