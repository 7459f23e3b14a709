#include "06-coroutines/tincan/stream_output.hpp"

#include <array>

namespace tincan::detail {

namespace {

constexpr std::size_t kUsualPieces = 8;

}  // namespace

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
    tail_.append(bytes);
    count(bytes.size());
    socket_.watch().wait(Direction::out, *this);
}

void StreamOutput::write(SharedBytes bytes) {
    if (deaf() || bytes->empty()) return;
    if (!tail_.empty()) {
        pieces_.push_back(std::make_shared<std::string>(std::move(tail_)));
        tail_.clear();
    }
    count(bytes->size());
    // Else it would grow from one to two to four … in every turn.
    if (pieces_.empty()) pieces_.reserve(kUsualPieces);
    pieces_.push_back(std::move(bytes));
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
        tail_.append(line);
        count(line.size());
    }
    if (first && !empty()) flush();
}

void StreamOutput::count(std::size_t more) {
    size_ += more;
    paused_ = size_ > kHighWater;
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
    try {
        bool more = !empty();
        while (more) {
            sent(send_pieces());
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
    if (size_ <= kLowWater) {
        paused_ = false;
        waiters_.wake_all();
    }
}

// As much as the kernel takes now, of the first kMostPieces.
std::size_t StreamOutput::send_pieces() {
    std::array<std::string_view, kMostPieces> unsent;
    std::size_t count = 0;
    for (const SharedBytes& piece : pieces_) {
        if (count == unsent.size()) break;
        unsent[count++] = *piece;
    }
    if (count < unsent.size() && !tail_.empty()) unsent[count++] = tail_;
    unsent[0].remove_prefix(sent_);
    return send_some(socket_, std::span(unsent).first(count));
}

void StreamOutput::sent(std::size_t count) {
    size_ -= count;
    sent_ += count;
    auto done = pieces_.begin();
    while (done != pieces_.end() && sent_ >= (*done)->size()) {
        sent_ -= (*done)->size();
        ++done;
    }
    pieces_.erase(pieces_.begin(), done);
    if (!pieces_.empty()) return;
    if (empty()) {
        std::string().swap(tail_);
        std::vector<SharedBytes>().swap(pieces_);
        sent_ = 0;
    } else if (sent_ > tail_.size() / 2) {
        tail_.erase(0, sent_);
        sent_ = 0;
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
    sent(size_);
    stop();
    waiters_.wake_all();
}

void StreamOutput::stop() {
    socket_.watch().stop_waiting(Direction::out, *this);
    if (queued()) socket_.watch().loop().ready().remove(*this);
}

}  // namespace tincan::detail
