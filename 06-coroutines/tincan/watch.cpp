#include "06-coroutines/tincan/watch.hpp"

#include "06-coroutines/tincan/event_loop.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tincan {

namespace {

constexpr Events kBroken = kHangUp | kError;

}  // namespace

Watch::Watch(EventLoop& loop, int fd, Trigger trigger)
    : loop_(&loop), fd_(fd), trigger_(trigger) {
    if (!loop.selector().can_trigger(trigger)) trigger_ = Trigger::level;
    key_ = loop.adopt(*this);
    try {
        // Level-triggered ones are asked for too, and dropped again: who can't
        // be watched shall be refused here, not when somebody first waits.
        wanted_ = kReadable;
        if (trigger_ == Trigger::edge) {
            wanted_ = kReadable | kWritable | kUrgent | kHangUp;
        }
        loop.selector().add(fd, wanted_, key_, trigger_);
    } catch (const std::system_error& error) {
        if (error.code().value() != EPERM) {
            loop.disown(*this);
            throw;
        }
        always_ready_ = true;
        wanted_ = 0;
    }
}

Watch::Watch(Watch&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)),
      fd_(other.fd_),
      trigger_(other.trigger_),
      key_(other.key_),
      wanted_(other.wanted_),
      always_ready_(other.always_ready_),
      read_to_end_(other.read_to_end_),
      ready_(other.ready_) {
    if (loop_ != nullptr) loop_->has_moved(*this);
}

void Watch::close() {
    if (loop_ == nullptr) return;
    if (wanted_ != 0) loop_->selector().remove(fd_);
    loop_->disown(*this);
    loop_ = nullptr;
    for (IoWaiter*& waiter : waiters_) {
        if (waiter != nullptr) std::exchange(waiter, nullptr)->on_closed();
    }
}

// #region wait
void Watch::wait(Direction direction, IoWaiter& waiter) {
    if (loop_ == nullptr) throw std::logic_error("waiting where nothing is");
    IoWaiter*& place = waiters_[index(direction)];
    if (place != nullptr && place != &waiter) {
        throw std::logic_error(
            fmt::format("descriptor {}: somebody waits already to {}", fd_,
                        direction == Direction::in ? "read" : "write"));
    }
    place = &waiter;
    if (always_ready_) return ready_at_once(direction);
    if (trigger_ == Trigger::level) want(wanted_ | event(direction));
}

void Watch::stop_waiting(Direction direction, const IoWaiter& waiter) {
    IoWaiter*& place = waiters_[index(direction)];
    if (place == &waiter) place = nullptr;
}
// #endregion wait

// #region events
void Watch::on_events(Events events) {
    if (events & (kBroken | kUrgent)) read_to_end_ = true;
    std::uint64_t key = key_;
    EventLoop& loop = *loop_;
    if (events & (kReadable | kUrgent | kBroken)) poke(Direction::in);
    // The first waiter may have destroyed us.
    if (!loop.is_current(key)) return;
    if (events & (kWritable | kBroken)) poke(Direction::out);
}

void Watch::poke(Direction direction) {
    ready_[index(direction)] = true;
    IoWaiter* waiter = waiters_[index(direction)];
    if (waiter != nullptr) {
        if (always_ready_) ready_at_once(direction);
        waiter->on_ready();
    } else if (trigger_ == Trigger::level && loop_ != nullptr) {
        want(wanted_ & ~event(direction));
    }
}

void Watch::want(Events wanted) {
    if (wanted == wanted_) return;
    if (wanted == 0) {
        loop_->selector().remove(fd_);
    } else if (wanted_ == 0) {
        loop_->selector().add(fd_, wanted, key_, trigger_);
    } else {
        loop_->selector().modify(fd_, wanted);
    }
    wanted_ = wanted;
}

void Watch::ready_at_once(Direction direction) {
    Ready ready{.key = key_, .events = event(direction)};
    loop_->call_soon([loop = loop_, ready] { loop->dispatch(ready); });
}
// #endregion events

}  // namespace tincan
