// All rooms and all users of the server: what a session may do to the others.
// Nothing here waits, so its tables can't change while it goes through them;
// and nothing here knows what a protocol's lines look like.
#pragma once

#include "07-chat/room.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tincan::chat {

class Rooms {
public:
    // A room keeps the `history` last messages for newcomers.
    explicit Rooms(std::size_t history);

    // Welcomes the user and brings him into the lobby; false if the name is
    // taken, and then nothing has happened. `user` must stay until it leaves.
    bool connect(User& user);
    // False if the name is taken.
    bool rename(User& user, Name name);
    // Makes the room if there is none of that name.
    void move(User& user, const Name& to);
    void say(const User& user, std::string_view text);
    void act(const User& user, std::string_view text);
    // False if there is nobody of that name.
    bool whisper(const User& from, std::string_view to, std::string_view text);
    void leave(User& user, std::string_view why);

    // By the keys of their names.
    const std::map<std::string, Room>& all() const { return rooms_; }
    std::size_t users() const { return users_.size(); }
    // How many were said, done and whispered.
    std::uint64_t messages() const { return messages_; }

    // Nobody is in a room any more, and nobody is told.
    void dissolve();

private:
    enum class Lasting { no, yes };

    void publish(Room& room, ChatEvent event, Lasting lasting = Lasting::no);
    Room& room_for(const Name& name);
    void depart(User& user, ChatEvent last);

    std::size_t history_;
    std::uint64_t messages_ = 0;
    // By the keys of their names. Users belong to their sessions.
    std::map<std::string, User*> users_;
    std::map<std::string, Room> rooms_;
    Room& lobby_;
};

}  // namespace tincan::chat
