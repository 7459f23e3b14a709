// What one client is still to be sent, with two bounds: how much that is, and
// for how long it has been waiting.
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tincan::chat {

// A line for the wire. Nobody changes it once it is made, so that all who get
// it can share it.
using Frame = std::shared_ptr<const std::string>;

inline Frame make_frame(std::string line) {
    return std::make_shared<const std::string>(std::move(line));
}

// #region outbox
// Gathers what is said in one turn of the loop and sends it in the next with
// one system call. What the kernel doesn't take waits in the writer.
class Outbox {
public:
    // `too_slow` is called when a bound is passed, once. It may be called from
    // push, so it must not let the client leave the room there and then.
    Outbox(StreamWriter writer, const Limits& limits,
           std::function<void()> too_slow);
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;
    ~Outbox();

    // Never waits.
    void push(Frame frame);
    // Sends what was pushed in this turn now: somebody is about to close.
    void flush();

private:
    // Up to which byte of all that was ever written had been written when.
    struct Mark {
        std::uint64_t position;
        TimePoint written;
    };

    void give_up();
    void watch_the_clock();
    void check_later();
    void check_age();
    void forget_delivered();

    StreamWriter writer_;
    const Limits& limits_;
    std::function<void()> too_slow_;

    std::vector<Frame> gathered_;  // in this turn
    std::size_t gathered_size_ = 0;
    Handle flushing_;

    std::uint64_t written_ = 0;     // bytes, ever
    std::deque<Mark> undelivered_;  // the oldest first
    Handle checking_;
    bool given_up_ = false;
};
// #endregion outbox

}  // namespace tincan::chat
