// What is typed: statements and, on lines of their own, commands.
#pragma once

#include "06-coroutines/sql/statement_splitter.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tincan::sql {

struct Entry {
    enum class Kind { statement, command };
    Kind kind;
    std::string text;  // of a command: what stands behind its backslash
};

class Input {
public:
    // Takes bytes from the front of `bytes` until a statement or a command is
    // complete; nothing if they are used up before that. A command begins with
    // a backslash where a statement could begin, and is the rest of its line.
    // Throws what StatementSplitter does.
    std::optional<Entry> next(std::string_view& bytes);

    // Something has begun and is not complete.
    bool unfinished() const { return in_command_ || !splitter_.empty(); }
    // Forgets it.
    void clear();

private:
    StatementSplitter splitter_;
    bool in_command_ = false;
    std::string command_;
};

}  // namespace tincan::sql
