// What a server answers to a statement, and how to show it. Knows nothing of
// connections.
#pragma once

#include "06-coroutines/sql/table.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::sql {

// Something that the server, or libpq in its place, has to tell.
struct Message {
    std::string severity;  // "ERROR", "NOTICE"; empty if it is libpq's
    std::string sqlstate;  // five letters and digits; empty if libpq's
    std::string text;
    std::string detail;
    std::string hint;
    std::size_t position = 0;  // in the statement, in characters from 1
};

// One of: rows, the tag of a command ("INSERT 0 3"), an error. Rows have the
// tag of the command that returned them too.
struct Answer {
    std::optional<Table> table;
    std::string tag;
    std::optional<Message> error;
};

struct Reply {
    std::vector<Answer> answers;  // several if the server made several of one
    bool lost = false;            // the connection ended before the reply did
    bool rolled_back = false;     // the transaction that it left open
    std::chrono::nanoseconds time{};

    // The error of a connection that was lost is the last answer.
    bool failed() const;
};

// Each is some lines, each with its LF. What the server says is shown by
// printable().
std::string to_string(const Message& message, std::string_view statement);
std::string to_string(const Reply& reply, std::string_view statement);
// "0.8 ms", "12.5 s"
std::string to_string(std::chrono::nanoseconds time);
// The statement in one line of `most` columns, or its beginning.
std::string headline(std::string_view statement, std::size_t most = 60);

}  // namespace tincan::sql
