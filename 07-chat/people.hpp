// Who is in the room, as far as one can tell from what the server says.
#pragma once

#include "07-chat/names.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

class People {
public:
    // Keeps at most `most` names, and counts the others: a hostile server can
    // invent as many as it likes.
    explicit People(std::size_t most) : most_(most) {}

    // Came in, or was in a list of those who are here. What is no name is
    // nobody.
    void here(std::string_view name);
    // Said something, and so comes first; from another room, if not `here`.
    void spoke(std::string_view name, bool here);
    void gone(std::string_view name);
    void renamed(std::string_view name, std::string_view now);
    // So many more are here whose names were not told.
    void and_more(std::size_t count) { nameless_ = count; }
    void clear();
    // Whose name nobody has to type.
    void i_am(std::string_view name);

    // In the room, with or without a name.
    std::size_t count() const;
    // Who begins like `prefix`, whatever the case: who spoke last comes first.
    std::vector<std::string> beginning_with(std::string_view prefix) const;

private:
    struct Person {
        Name name;
        bool here;
    };
    using Persons = std::vector<Person>;

    Persons::iterator find(const Name& name);
    void add(Persons::iterator place, Name name, bool here);

    std::size_t most_;
    Persons persons_;
    std::size_t nameless_ = 0;
    std::string own_key_;
};

}  // namespace tincan::chat
