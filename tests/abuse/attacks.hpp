// What strangers do to a chat: each attack is one of them, who comes, does its
// worst, and mostly stays for a while.
#pragma once

#include "01-blocking/address.hpp"
#include "tests/support/client.hpp"

#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>

namespace tincan::test {

using Random = std::mt19937;

// Somebody who is connected and goes on with it.
struct Stranger {
    Client client;
    // What it does next, whenever there is time; false: it leaves. Whether the
    // server has cut it off meanwhile it may or may not notice.
    std::function<bool(Client&)> next;
};

struct Attack {
    const char* name;
    // Nothing if it is over already. `number` is a new one each time, for a
    // name that nobody has.
    std::optional<Stranger> (*begin)(const Endpoint& server, Random& random,
                                     std::size_t number);
};

std::span<const Attack> all_attacks();

}  // namespace tincan::test
