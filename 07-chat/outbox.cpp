#include "07-chat/outbox.hpp"

namespace tincan::chat {

Outbox::Outbox(StreamWriter writer, const Limits& limits,
               std::function<void()> too_slow)
    : writer_(std::move(writer)),
      limits_(limits),
      too_slow_(std::move(too_slow)) {}

Outbox::~Outbox() {
    flushing_.cancel();
    checking_.cancel();
}

// #region push
void Outbox::push(Frame frame) {
    if (given_up_) return;
    std::size_t waiting = writer_.queued() + gathered_size_;
    if (waiting + frame->size() > limits_.undelivered) return give_up();
    if (gathered_.empty()) {
        flushing_ = EventLoop::running().call_soon([this] { flush(); });
    }
    gathered_size_ += frame->size();
    gathered_.push_back(std::move(frame));
}

void Outbox::flush() {
    flushing_.cancel();
    if (gathered_.empty()) return;
    if (gathered_.size() == 1) {
        writer_.write(*gathered_.front());
    } else {
        std::string bytes;
        bytes.reserve(gathered_size_);
        for (const Frame& frame : gathered_)
            bytes += *frame;
        writer_.write(bytes);
    }
    written_ += gathered_size_;
    gathered_size_ = 0;
    gathered_.clear();
    if (writer_.queued() > 0) watch_the_clock();
}
// #endregion push

// #region age
// The kernel has not taken all: what was just written has until `delivery`
// from now.
void Outbox::watch_the_clock() {
    EventLoop& loop = EventLoop::running();
    forget_delivered();
    undelivered_.push_back({written_, loop.time()});
    if (undelivered_.size() == 1) check_later();
}

void Outbox::check_later() {
    checking_.cancel();
    checking_ = EventLoop::running().call_at(
        undelivered_.front().written + limits_.delivery,
        [this] { check_age(); });
}

void Outbox::check_age() {
    TimePoint due = EventLoop::running().time() - limits_.delivery;
    forget_delivered();
    if (undelivered_.empty()) return;
    if (undelivered_.front().written <= due) return give_up();
    check_later();
}

void Outbox::forget_delivered() {
    std::uint64_t delivered = written_ - writer_.queued();
    while (!undelivered_.empty() &&
           undelivered_.front().position <= delivered) {
        undelivered_.pop_front();
    }
}
// #endregion age

void Outbox::give_up() {
    given_up_ = true;
    gathered_.clear();
    gathered_size_ = 0;
    flushing_.cancel();
    too_slow_();
}

}  // namespace tincan::chat
