// What a server does while nobody speaks.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace tincan::test {

// CPU time that the server would have liked to have, had it got all it wanted,
// while nobody says anything.
inline std::chrono::nanoseconds busy_while_silent(const Server& server,
                                                  const Client& client) {
    // On its way from its last answer to its next wait it may have to queue
    // for a core, and that would count.
    EXPECT_TRUE(eventually([&] { return is_asleep(server.process().pid()); },
                           Deadline(kPatience)));
    auto before = server.process().usage().runnable;
    EXPECT_FALSE(client.has_answer(kSilence));
    return server.process().usage().runnable - before;
}

}  // namespace tincan::test
