// The seam between rooms and protocols: rooms know what happened, a wire knows
// how to put it. People who speak different protocols can be in one room.
#pragma once

#include "07-chat/chat_event.hpp"
#include "07-chat/outbox.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tincan::chat {

// #region wire
class Wire {
public:
    virtual ~Wire() = default;
    // The bytes that tell of `event`.
    virtual std::string encode(const ChatEvent& event) const = 0;
};

// An event on its way to many. It is turned into bytes when somebody first
// needs them, once for each wire, and all receivers share them.
class News {
public:
    explicit News(ChatEvent event) : event_(std::move(event)) {}

    const Frame& on(const Wire& wire) {
        for (const auto& [made_for, frame] : frames_) {
            if (made_for == &wire) return frame;
        }
        return frames_.emplace_back(&wire, make_frame(wire.encode(event_)))
            .second;
    }

private:
    ChatEvent event_;
    std::vector<std::pair<const Wire*, Frame>> frames_;
};
// #endregion wire

}  // namespace tincan::chat
