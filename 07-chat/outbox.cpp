#include "07-chat/outbox.hpp"

#include <algorithm>

namespace tincan::chat {

namespace {

// So often within the time that somebody has it looks how far he has come.
constexpr int kLooks = 64;

}  // namespace

Outbox::Outbox(StreamWriter writer, const Limits& limits,
               std::function<void()> too_slow)
    : writer_(std::move(writer)),
      limits_(limits),
      too_slow_(std::move(too_slow)) {}

Outbox::~Outbox() {
    look_.cancel();
}

// #region push
void Outbox::push(Frame frame) {
    if (given_up_) return;
    // What waits only for the end of this turn is nobody's slowness.
    if (!has_room_for(frame)) writer_.flush();
    if (!has_room_for(frame)) return give_up();
    std::size_t before = writer_.queued();
    writer_.write(std::move(frame));
    // Encrypted it is longer; on a broken connection it is nothing.
    written_ += std::max(before, writer_.queued()) - before;
    if (!looking_) look_later(EventLoop::running().time());
}

bool Outbox::has_room_for(const Frame& frame) const {
    return writer_.queued() + frame->size() <= limits_.undelivered;
}
// #endregion push

// #region age
// No line has a timer of its own, nor is the clock read for one: what was
// written between two looks is as old as the first one tells. While nothing
// waits nobody looks.
void Outbox::look_later(TimePoint now) {
    looking_ = true;
    looked_ = now;
    look_ = EventLoop::running().call_later(limits_.delivery / kLooks,
                                            [this] { look(); });
}

void Outbox::look() {
    looking_ = false;
    TimePoint now = EventLoop::running().time();
    forget_delivered();
    if (writer_.queued() == 0) return;
    if (undelivered_.empty() || undelivered_.back().position < written_) {
        undelivered_.push_back({written_, looked_});
    }
    if (undelivered_.front().written <= now - limits_.delivery) {
        return give_up();
    }
    look_later(now);
}

void Outbox::forget_delivered() {
    // What TLS itself has to say waits there, too.
    std::uint64_t waiting = writer_.queued();
    std::uint64_t delivered = written_ - std::min(written_, waiting);
    auto waits = [&](const Mark& mark) { return mark.position > delivered; };
    undelivered_.erase(undelivered_.begin(),
                       std::ranges::find_if(undelivered_, waits));
}
// #endregion age

void Outbox::give_up() {
    given_up_ = true;
    look_.cancel();
    too_slow_();
}

}  // namespace tincan::chat
