#include "07-chat/room.hpp"

#include <algorithm>
#include <utility>

namespace tincan::chat {

Room::Members::iterator Room::place_of(const User& user) {
    auto key = [](const User* member) -> const std::string& {
        return member->name.key;
    };
    return std::ranges::lower_bound(members_, user.name.key, {}, key);
}

void Room::add(User& user) {
    for (News& news : history_)
        user.hear(news);
    members_.insert(place_of(user), &user);
    user.room = this;
}

void Room::remove(User& user) {
    members_.erase(place_of(user));
    user.room = nullptr;
}

void Room::rename(User& user, Name name) {
    members_.erase(place_of(user));
    user.name = std::move(name);
    members_.insert(place_of(user), &user);
}

// #region fan_out
// The bytes are made once, and all receivers share them.
void Room::tell(News& news) const {
    for (const User* user : members_)
        user->hear(news);
}
// #endregion fan_out

void Room::tell_and_keep(News news) {
    tell(news);
    history_.push_back(std::move(news));
    if (history_.size() > longest_history_) history_.pop_front();
}

}  // namespace tincan::chat
