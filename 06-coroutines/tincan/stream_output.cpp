#include "06-coroutines/tincan/stream_output.hpp"

namespace tincan::detail {

void StreamOutput::write(std::string_view bytes) {
    if (failed() || finishing_ || bytes.empty()) return;
    if (empty() && socket_.watch().maybe_ready(Direction::out)) {
        try {
            bytes.remove_prefix(send_some(socket_, bytes));
        } catch (const std::system_error& error) {
            return break_off(error.code());
        }
        if (bytes.empty()) return;
    }
    queue_.append(bytes);
    paused_ = size() > kHighWater;
    socket_.watch().wait(Direction::out, *this);
}

void StreamOutput::flush() {
    try {
        if (!empty()) send_queue();
    } catch (const std::system_error& error) {
        break_off(error.code());
    }
}

// Who only reads must not wait for a peer that gets no answer any more; and
// should the peer still be there, it learns that from the end of the stream.
void StreamOutput::break_off(std::error_code error) {
    fail(error, "send");
    ::shutdown(socket_.fd(), SHUT_RDWR);
}

// #region flush
void StreamOutput::send_queue() {
    std::string_view unsent(queue_);
    sent_ += send_some(socket_, unsent.substr(sent_));
    if (empty()) {
        std::string().swap(queue_);
        sent_ = 0;
        stop();
        if (finishing_) finish();
    } else if (sent_ > queue_.size() / 2) {
        queue_.erase(0, sent_);
        sent_ = 0;
    }
    if (size() <= kLowWater) {
        paused_ = false;
        waiters_.wake_all();
    }
}
// #endregion flush

void StreamOutput::write_eof() {
    if (std::exchange(finishing_, true) || failed()) return;
    if (empty()) finish();
}

// A peer that is gone already needs no farewell.
void StreamOutput::finish() {
    if (socket_.medium() == Medium::socket) ::shutdown(socket_.fd(), SHUT_WR);
}

void StreamOutput::fail(std::error_code error, const char* call) {
    if (failed()) return;
    bool finished = finishing_ && empty();
    if (!finished) {
        error_ = error;
        call_ = call;
    }
    std::string().swap(queue_);
    sent_ = 0;
    stop();
    waiters_.wake_all();
}

void StreamOutput::stop() {
    socket_.watch().stop_waiting(Direction::out, *this);
}

}  // namespace tincan::detail
