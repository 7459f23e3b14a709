#include "07-chat/room.hpp"

#include "07-chat/protocol.hpp"

#include <utility>

namespace tincan::chat {

bool Room::join(const Name& name, Outbox& outbox) {
    if (!members_.try_emplace(name.key, &outbox).second) return false;
    outbox.push(make_frame(welcome_line(members_.size())));
    tell_everyone(connected_line(name.shown));
    return true;
}

void Room::say(const Name& name, std::string_view text) {
    tell_everyone(message_line(name.shown, text));
}

void Room::leave(const Name& name, std::string_view why) {
    if (members_.erase(name.key) == 0) return;
    tell_everyone(left_line(name.shown, why));
}

// #region fan_out
// The bytes are made once, and all receivers share them.
void Room::tell_everyone(std::string line) {
    Frame frame = make_frame(std::move(line));
    for (const auto& [key, outbox] : members_)
        outbox->push(frame);
}
// #endregion fan_out

}  // namespace tincan::chat
