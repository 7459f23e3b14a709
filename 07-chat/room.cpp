#include "07-chat/room.hpp"

#include <utility>

namespace tincan::chat {

void Room::add(User& user) {
    for (News& news : history_)
        user.hear(news);
    members_.emplace(user.name.key, &user);
    user.room = this;
}

void Room::remove(User& user) {
    members_.erase(user.name.key);
    user.room = nullptr;
}

void Room::rename(User& user, Name name) {
    members_.erase(user.name.key);
    user.name = std::move(name);
    members_.emplace(user.name.key, &user);
}

// #region fan_out
// The bytes are made once, and all receivers share them.
void Room::tell(News& news) const {
    for (const auto& [key, user] : members_)
        user->hear(news);
}
// #endregion fan_out

void Room::tell_and_keep(News news) {
    tell(news);
    history_.push_back(std::move(news));
    if (history_.size() > longest_history_) history_.pop_front();
}

}  // namespace tincan::chat
