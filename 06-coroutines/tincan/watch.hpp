// A descriptor's place in the loop: who waits for it to become readable, who
// for it to become writable. At most one each.
#pragma once

#include "04-poll/selector.hpp"

#include <array>
#include <cstdint>

namespace tincan {

class EventLoop;

enum class Direction { in, out };

// Who waits in a Watch.
class IoWaiter {
public:
    // Perhaps the call that said EAGAIN succeeds now. Called again for every
    // event until stop_waiting.
    virtual void on_ready() = 0;
    // The watch is gone, and nobody will call again.
    virtual void on_closed() {}

protected:
    ~IoWaiter() = default;
};

// Registered with the selector for as long as it lives; does not own the
// descriptor, which must be closed after it.
//
// Edge-triggered (epoll, our own sockets): the selector is told once and never
// again. Level-triggered (select, poll, descriptors that are not ours): it is
// told to look only in the directions in which somebody waits, and when an
// event finds nobody waiting, that direction is dropped: else a hang-up would
// be reported again and again.
class Watch {
public:
    // Throws std::system_error if the selector can't watch `fd`. epoll refuses
    // regular files, which never make anybody wait: they count as always
    // ready.
    Watch(EventLoop& loop, int fd, Trigger trigger);
    // Only while nobody waits in `other`.
    Watch(Watch&& other) noexcept;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { close(); }

    // Leaves the selector: to be called before the descriptor is closed.
    void close();
    // By itself, or with its loop.
    bool closed() const { return loop_ == nullptr; }

    int fd() const { return fd_; }
    std::uint64_t key() const { return key_; }  // generation and descriptor
    EventLoop& loop() const { return *loop_; }

    // Throws std::logic_error if somebody waits there already.
    void wait(Direction direction, IoWaiter& waiter);
    void stop_waiting(Direction direction, const IoWaiter& waiter);
    // As if there had been an event.
    void poke(Direction direction);

    // False after EAGAIN: only an event makes it worth trying again.
    bool maybe_ready(Direction direction) const {
        return ready_[index(direction)];
    }
    void not_ready(Direction direction) { ready_[index(direction)] = false; }
    // The peer has hung up, or sent something out of band: a short read does
    // not mean that there is no more, and only end of stream or EAGAIN does.
    bool read_to_end() const { return read_to_end_; }

private:
    friend class EventLoop;

    static std::size_t index(Direction direction) {
        return direction == Direction::in ? 0 : 1;
    }
    static Events event(Direction direction) {
        return direction == Direction::in ? kReadable : kWritable;
    }
    void on_events(Events events);
    void want(Events wanted);
    void ready_at_once(Direction direction);

    EventLoop* loop_;  // null once it is closed, or the loop is gone
    int fd_;
    Trigger trigger_;
    std::uint64_t key_;
    Events wanted_ = 0;  // what the selector was told
    bool always_ready_ = false;
    bool read_to_end_ = false;
    std::array<bool, 2> ready_{false, true};
    std::array<IoWaiter*, 2> waiters_{};
};

}  // namespace tincan
