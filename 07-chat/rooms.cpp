#include "07-chat/rooms.hpp"

#include "07-chat/protocol.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace tincan::chat {

Rooms::Rooms(std::size_t history)
    : history_(history), lobby_(room_for({"lobby", "lobby"})) {}

// #region publish
// Everything that a room hears goes through here: the place for a bus that
// takes it to the same room of other servers, and delivers what they publish.
void Rooms::publish(Room& room, std::string line, Lasting lasting) {
    Frame frame = make_frame(std::move(line));
    if (lasting == Lasting::yes) {
        room.tell_and_keep(std::move(frame));
    } else {
        room.tell(frame);
    }
}
// #endregion publish

Room& Rooms::room_for(const Name& name) {
    return rooms_.try_emplace(name.key, name, history_).first->second;
}

// A room that nobody is in is gone, and what was said there with it.
void Rooms::depart(User& user, std::string last_line) {
    Room& room = *user.room;
    room.remove(user);
    publish(room, std::move(last_line));
    if (room.members().empty() && &room != &lobby_) {
        rooms_.erase(rooms_.find(room.name().key));
    }
}

bool Rooms::connect(User& user) {
    if (!users_.try_emplace(user.name.key, &user).second) return false;
    user.outbox.push(make_frame(welcome_line(users_.size())));
    lobby_.add(user);
    publish(lobby_, connected_line(user.name.shown));
    return true;
}

bool Rooms::rename(User& user, Name name) {
    auto [place, is_free] = users_.try_emplace(name.key, &user);
    if (!is_free && place->second != &user) return false;
    std::string line = renamed_line(user.name.shown, name.shown);
    if (is_free) users_.erase(user.name.key);
    user.room->rename(user, std::move(name));
    publish(*user.room, std::move(line));
    return true;
}

void Rooms::move(User& user, const Name& to) {
    if (to.key != user.room->name().key) {
        Room& next = room_for(to);
        std::string coming =
            came_line(user.name.shown, user.room->name().shown);
        depart(user, went_line(user.name.shown, next.name().shown));
        next.add(user);
        publish(next, std::move(coming));
    }
    user.outbox.push(make_frame(list_members(user)));
}

void Rooms::say(const User& user, std::string_view text) {
    publish(*user.room, message_line(user.name.shown, text), Lasting::yes);
}

void Rooms::act(const User& user, std::string_view text) {
    publish(*user.room, act_line(user.name.shown, text), Lasting::yes);
}

bool Rooms::whisper(const User& from, std::string_view to,
                    std::string_view text) {
    std::optional<Name> name = parse_name(to);
    auto found = name ? users_.find(name->key) : users_.end();
    if (found == users_.end()) return false;
    found->second->outbox.push(make_frame(whisper_line(from.name.shown, text)));
    return true;
}

void Rooms::leave(User& user, std::string_view why) {
    if (users_.erase(user.name.key) == 0) return;  // dissolved
    depart(user, left_line(user.name.shown, why));
}

std::string Rooms::list() const {
    std::vector<std::string> all;
    for (const auto& [key, room] : rooms_) {
        all.push_back(room_entry(room.name().shown, room.members().size()));
    }
    return list_lines("rooms", all);
}

std::string Rooms::list_members(const User& user) {
    std::vector<std::string> all;
    for (const auto& [key, member] : user.room->members())
        all.push_back(member->name.shown);
    return list_lines("in " + user.room->name().shown, all);
}

void Rooms::dissolve() {
    users_.clear();
    for (auto& [key, room] : rooms_)
        room.clear();
}

}  // namespace tincan::chat
