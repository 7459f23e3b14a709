#include "07-chat/rooms.hpp"

#include <optional>
#include <utility>

namespace tincan::chat {

Rooms::Rooms(std::size_t history)
    : history_(history), lobby_(room_for({"lobby", "lobby"})) {}

// #region publish
// Everything that a room hears goes through here: the place for a bus that
// takes it to the same room of other servers, and delivers what they publish.
void Rooms::publish(Room& room, ChatEvent event, Lasting lasting) {
    News news(std::move(event));
    if (lasting == Lasting::yes) {
        ++messages_;
        room.tell_and_keep(std::move(news));
    } else {
        room.tell(news);
    }
}
// #endregion publish

Room& Rooms::room_for(const Name& name) {
    return rooms_.try_emplace(name.key, name, history_).first->second;
}

// A room that nobody is in is gone, and what was said there with it.
void Rooms::depart(User& user, ChatEvent last) {
    Room& room = *user.room;
    room.remove(user);
    publish(room, std::move(last));
    if (room.members().empty() && &room != &lobby_) {
        rooms_.erase(rooms_.find(room.name().key));
    }
}

bool Rooms::connect(User& user) {
    if (!users_.try_emplace(user.name.key, &user).second) return false;
    News welcome(Welcome{users_.size()});
    user.hear(welcome);
    lobby_.add(user);
    publish(lobby_, Connected{user.name.shown});
    return true;
}

bool Rooms::rename(User& user, Name name) {
    auto [place, is_free] = users_.try_emplace(name.key, &user);
    if (!is_free && place->second != &user) return false;
    Renamed event{user.name.shown, name.shown};
    if (is_free) users_.erase(user.name.key);
    user.room->rename(user, std::move(name));
    publish(*user.room, std::move(event));
    return true;
}

// #region move
void Rooms::move(User& user, const Name& to) {
    Room& from = *user.room;
    if (to.key == from.name().key) return;
    Room& next = room_for(to);
    Came coming{user.name.shown, from.name().shown};
    depart(user, Went{user.name.shown, next.name().shown});
    next.add(user);
    publish(next, std::move(coming));
}
// #endregion move

void Rooms::say(const User& user, std::string_view text) {
    publish(*user.room, Said{user.name.shown, std::string(text)}, Lasting::yes);
}

void Rooms::act(const User& user, std::string_view text) {
    publish(*user.room, Acted{user.name.shown, std::string(text)},
            Lasting::yes);
}

bool Rooms::whisper(const User& from, std::string_view to,
                    std::string_view text) {
    std::optional<Name> name = parse_name(to);
    auto found = name ? users_.find(name->key) : users_.end();
    if (found == users_.end()) return false;
    ++messages_;
    News news(Whispered{from.name.shown, std::string(text)});
    found->second->hear(news);
    return true;
}

void Rooms::leave(User& user, std::string_view why) {
    if (users_.erase(user.name.key) == 0) return;  // dissolved
    depart(user, Left{user.name.shown, std::string(why)});
}

void Rooms::dissolve() {
    users_.clear();
    for (auto& [key, room] : rooms_)
        room.clear();
}

}  // namespace tincan::chat
