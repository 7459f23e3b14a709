// The room: who is in it, and what they are told. It hands out bytes and waits
// for nobody, so no one can come or go while it goes through its members.
#pragma once

#include "07-chat/names.hpp"
#include "07-chat/outbox.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace tincan::chat {

class Room {
public:
    // Welcomes the user and tells everyone; false if the name is taken, and
    // then nothing has happened. `outbox` must stay until the user leaves.
    bool join(const Name& name, Outbox& outbox);
    void say(const Name& name, std::string_view text);
    void leave(const Name& name, std::string_view why);

    // Nobody is a member any more, and nobody is told.
    void dissolve() { members_.clear(); }

private:
    void tell_everyone(std::string line);

    std::map<std::string, Outbox*> members_;  // by the key of their names
};

}  // namespace tincan::chat
