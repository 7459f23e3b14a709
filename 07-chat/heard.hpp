// What a line of the server's says: who does what. The other end of
// protocol.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

// #region heard
struct Heard {
    enum class Kind {
        welcome,    // text: how many are online
        connected,  // name
        says,       // name, text
        whispers,   // name, text
        acts,       // name, text
        renamed,    // name, text: the new one
        went,       // name, text: the room
        came,       // name, text: the room
        left,       // name
        notice,     // text: what the server itself says
        refused,    // text: code and words
        warning,    // what the client itself has to say of the connection
        other,
    };
    Kind kind = Kind::other;
    std::string line{};       // all of it, as it may be shown
    std::size_t name_at = 0;  // where the name begins in it
    std::string name{};       // empty: nobody's
    std::string text{};
    bool quiet = false;  // an answer to the client, not to its user
};

// Any bytes are a line. Note that "* Ann has left it" may be what Ann did or
// what Ann wrote, behind /me: what hangs on it must be harmless.
Heard understand(std::string_view bytes);
// #endregion heard

// "in ROOM: Ann, Bob", which is what a notice says to /who and /join.
struct WhoIsHere {
    std::string_view room;
    std::vector<std::string_view> names;
};
std::optional<WhoIsHere> who_is_here(const Heard& heard);

// "and 12 more", behind it.
std::optional<std::size_t> and_more(const Heard& heard);

// How many are online, says a welcome; 0 if it doesn't.
std::size_t online(const Heard& heard);

}  // namespace tincan::chat
