// One interface for the three ways to ask the kernel which descriptors are
// ready, so that a program need not know which of them it uses.
//
//   auto selector = make_selector("epoll");
//   selector->add(socket.fd(), kReadable, key);
//   for (auto [key, events] : selector->select(1s)) ...
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tincan {

// #region events
// What to wait for, and what has happened: a sum of these.
using Events = unsigned;
inline constexpr Events kReadable = 1;  // bytes, an end of stream, a client
inline constexpr Events kWritable = 2;  // room for bytes
inline constexpr Events kUrgent = 4;    // out-of-band data
inline constexpr Events kHangUp = 8;    // the peer has closed its side
inline constexpr Events kError = 16;    // the next call says which

// Level-triggered: reported by every select for as long as it is so.
// Edge-triggered: reported once for each time it becomes so; whoever stops
// before EAGAIN, or before end of stream, is not told again.
enum class Trigger { level, edge };

struct Ready {
    std::uint64_t key;  // what was given to add: whatever tells you who it is
    Events events;
};
// #endregion events

// #region selector
// Watches descriptors; owns none of them. Take one out with remove before it
// is closed. Hang-up and error are reported whether asked for or not.
class Selector {
public:
    using Timeout = std::optional<std::chrono::nanoseconds>;

    Selector() = default;
    Selector(const Selector&) = delete;
    Selector& operator=(const Selector&) = delete;
    virtual ~Selector() = default;

    virtual std::string_view name() const = 0;
    virtual bool can_trigger(Trigger trigger) const = 0;

    // Begins to watch `fd`; `key` comes back with its events. Throws
    // std::system_error if this kind of selector can't: select with a
    // descriptor of FD_SETSIZE or more (EMFILE), epoll with a regular file
    // (EPERM), a descriptor that is watched already (EEXIST).
    virtual void add(int fd, Events wanted, std::uint64_t key,
                     Trigger trigger = Trigger::level) = 0;
    // Changes what is waited for. 0: only hang-up and error.
    virtual void modify(int fd, Events wanted) = 0;
    virtual void remove(int fd) = 0;

    // Waits until something is ready, for `timeout` at most (rounded up to
    // what the kernel can measure; none: for as long as it takes). A signal
    // or a lack of memory may end it early. The result is empty if nothing
    // happened, and valid until the next call.
    virtual std::span<const Ready> select(Timeout timeout) = 0;
};
// #endregion selector

}  // namespace tincan
