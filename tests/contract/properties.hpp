// The rows of the contract, one function each: tries a server and tells what
// it saw. A server that neither has the property nor just the flaw that the
// book tells of makes it throw a test::Failure.
#pragma once

#include "tests/contract/trial.hpp"

namespace tincan::contract {

// What is sent is what comes (bytes.cpp).
Observation answers(Trial& trial);
Observation echoes(Trial& trial);
Observation pieces(Trial& trial);
Observation half_close(Trial& trial);
Observation apart(Trial& trial);

// Many clients at once (company.cpp).
Observation second_client(Trial& trial);
Observation never_reads(Trial& trial);
Observation many_clients(Trial& trial);
Observation full_pool(Trial& trial);  // what a pool has in its place
Observation reset(Trial& trial);

// What it costs (cost.cpp).
Observation idle(Trial& trial);
Observation threads(Trial& trial);
Observation leaks(Trial& trial);
Observation cores(Trial& trial);

// Its life (life.cpp).
Observation descriptors(Trial& trial);
Observation restarts(Trial& trial);
Observation sigterm(Trial& trial);

}  // namespace tincan::contract
