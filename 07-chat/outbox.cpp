#include "07-chat/outbox.hpp"

#include <algorithm>

namespace tincan::chat {

namespace {

// What is written within a 64th of the time it may take is taken together:
// so there are 64 marks at most, however much somebody is sent.
constexpr int kMarks = 64;

}  // namespace

Outbox::Outbox(StreamWriter writer, const Limits& limits,
               std::function<void()> too_slow)
    : writer_(std::move(writer)),
      limits_(limits),
      too_slow_(std::move(too_slow)) {}

Outbox::~Outbox() {
    check_.cancel();
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
    mark_time();
}

bool Outbox::has_room_for(const Frame& frame) const {
    return writer_.queued() + frame->size() <= limits_.undelivered;
}
// #endregion push

// #region age
// What was just written has until `delivery` from now.
void Outbox::mark_time() {
    TimePoint now = EventLoop::running().time();
    forget_delivered();
    if (undelivered_.empty() ||
        now - undelivered_.back().written > limits_.delivery / kMarks) {
        undelivered_.push_back({written_, now});
    } else {
        undelivered_.back().position = written_;
    }
    if (!checking_) check_later();
}

void Outbox::check_later() {
    checking_ = true;
    check_ = EventLoop::running().call_at(
        undelivered_.front().written + limits_.delivery,
        [this] { check_age(); });
}

// In the usual case what it was set for is long delivered, and it is set
// again for what is not, if anything is: once in ten seconds, not per line.
void Outbox::check_age() {
    checking_ = false;
    TimePoint due = EventLoop::running().time() - limits_.delivery;
    forget_delivered();
    if (undelivered_.empty()) return;
    if (undelivered_.front().written <= due) return give_up();
    check_later();
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
    check_.cancel();
    too_slow_();
}

}  // namespace tincan::chat
