// What one client is still to be sent, with two bounds: how much that is, and
// for how long it has been waiting.
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tincan::chat {

// A line for the wire. Nobody changes it once it is made, so that all who get
// it can share it.
using Frame = SharedBytes;

inline Frame make_frame(std::string line) {
    return std::make_shared<const std::string>(std::move(line));
}

// #region outbox
// The frames themselves wait in the writer, which sends all of a turn of the
// loop with one system call.
class Outbox {
public:
    // `too_slow` is called when a bound is passed, once. It may be called from
    // push, so it must not let the client leave the room there and then.
    Outbox(StreamWriter writer, const Limits& limits,
           std::function<void()> too_slow);
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;
    ~Outbox();

    // Never waits, and copies no bytes.
    void push(Frame frame);

private:
    // Up to which byte of all that was ever written had been written when.
    struct Mark {
        std::uint64_t position;
        TimePoint written;
    };

    bool has_room_for(const Frame& frame) const;
    void look_later(TimePoint now);
    void look();
    void forget_delivered();
    void give_up();

    StreamWriter writer_;
    const Limits& limits_;
    std::function<void()> too_slow_;

    std::uint64_t written_ = 0;      // bytes, ever
    std::vector<Mark> undelivered_;  // the oldest first
    bool looking_ = false;
    TimePoint looked_;
    Handle look_;
    bool given_up_ = false;
};
// #endregion outbox

}  // namespace tincan::chat
