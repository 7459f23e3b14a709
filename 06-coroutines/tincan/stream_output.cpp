#include "06-coroutines/tincan/stream_output.hpp"

namespace tincan::detail {

// #region write
void StreamOutput::write(std::string_view bytes) {
    if (deaf() || bytes.empty()) return;
    if (empty() && socket_.watch().maybe_ready(Direction::out)) {
        try {
            bytes.remove_prefix(send_some(socket_, bytes));
        } catch (const std::system_error& error) {
            return break_off(error.code());
        }
        if (bytes.empty()) return;
    }
    append(bytes);
    socket_.watch().wait(Direction::out, *this);
}

void StreamOutput::write(SharedBytes bytes) {
    if (deaf() || bytes->empty()) return;
    append(std::move(bytes));
    if (socket_.watch().maybe_ready(Direction::out)) {
        socket_.watch().loop().ready().push(*this);
    } else {
        socket_.watch().wait(Direction::out, *this);
    }
}

void StreamOutput::writelines(std::span<const std::string_view> lines) {
    if (deaf()) return;
    bool first = empty();
    for (std::string_view line : lines) {
        if (!line.empty()) append(line);
    }
    if (first && !empty()) flush();
}

template <typename Bytes>
void StreamOutput::append(Bytes bytes) {
    if (!queue_) queue_ = std::make_unique<SendQueue>();
    queue_->append(std::move(bytes));
    paused_ = paused_ || size() > kHighWater;
}
// #endregion write

// Who only reads must not wait for a peer that gets no answer any more; and
// should the peer still be there, it learns that from the end of the stream.
void StreamOutput::break_off(std::error_code error) {
    fail(error, "send");
    ::shutdown(socket_.fd(), SHUT_RDWR);
}

// #region flush
void StreamOutput::flush() {
    if (socket_.watch().closed()) return;
    try {
        bool more = !empty();
        while (more) {
            queue_->send_to(socket_);
            if (queue_->size() == 0) queue_.reset();
            more = !empty() && socket_.watch().maybe_ready(Direction::out);
        }
    } catch (const std::system_error& error) {
        return break_off(error.code());
    }
    if (empty()) {
        stop();
        if (finishing_) finish();
    } else {
        socket_.watch().wait(Direction::out, *this);
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
        error_ = std::make_exception_ptr(std::system_error(error, call));
    }
    queue_.reset();
    stop();
    waiters_.wake_all();
}

void StreamOutput::stop() {
    socket_.watch().stop_waiting(Direction::out, *this);
    if (queued()) socket_.watch().loop().ready().remove(*this);
}

}  // namespace tincan::detail
