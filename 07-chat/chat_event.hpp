// What happens in a chat, in no protocol's words: what a room tells its
// members, and what a bus between several servers would carry.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

namespace tincan::chat {

// #region chat_event
struct Welcome {  // to the newcomer alone
    std::size_t users;
};
struct Connected {
    std::string who;
};
struct Said {
    std::string who, text;
};
struct Acted {
    std::string who, text;
};
struct Whispered {  // to one user
    std::string who, text;
};
struct Renamed {
    std::string who, now;
};
struct Went {
    std::string who, room;
};
struct Came {
    std::string who, room;
};
struct Left {
    std::string who, why;
};

using ChatEvent = std::variant<Welcome, Connected, Said, Acted, Whispered,
                               Renamed, Went, Came, Left>;
// #endregion chat_event

}  // namespace tincan::chat
