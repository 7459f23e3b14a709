// The fault matrix: a server × the calls it makes × the ways in which each of
// them can fail × the first call, the second one, both. Each cell is a fresh
// server to which that happens; it must go on serving, or, while it starts up,
// say why not and exit with 1.
#pragma once

#include "tests/faults/conversation.hpp"
#include "tests/faults/plan.hpp"
#include "tests/support/process.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tincan::faults {

struct Subject {
    std::string name;       // of the test: letters, digits, underscores
    test::Command command;  // with {port}
    const Conversation* conversation;
    std::string arrival = "connected";  // is in the line about a client
    // A call that it makes or not, as the network will have it: not harmed.
    std::string_view not_always = "";
    bool one_at_a_time = false;  // a second client waits for the first to leave
    bool busy = false;           // takes a whole core, always
};

// What a right server makes of a fault.
enum class Effect {
    no_start,    // says so in a line on stderr and exits with 1
    none,        // everybody is served completely
    one_client,  // at most one client loses its connection, and sees it
};

struct Cell {
    Fault fault;
    Effect effect = Effect::none;
};

// "recv #1: EINTR", "send #1 and the next: short"
std::string to_string(const Cell& cell);

// The cells of what this server does: the calls are counted in a run without
// a fault. Throws std::runtime_error if that is no success.
std::vector<Cell> cells_of(const Subject& subject);

// What went wrong, in a line; empty if all is as it should be.
std::string try_cell(const Subject& subject, const Cell& cell);

struct Lost {
    Cell cell;
    std::string why;
};

// Tries all cells, several at a time; returns those in which the server failed.
std::vector<Lost> try_all(const Subject& subject,
                          const std::vector<Cell>& cells);

}  // namespace tincan::faults
