#include "06-coroutines/tincan/send_queue.hpp"

#include <array>
#include <span>

namespace tincan::detail {

namespace {

constexpr std::size_t kUsualPieces = 8;

}  // namespace

void SendQueue::append(std::string_view bytes) {
    tail_.append(bytes);
    size_ += bytes.size();
}

void SendQueue::append(SharedBytes bytes) {
    if (!tail_.empty()) {
        pieces_.push_back(std::make_shared<std::string>(std::move(tail_)));
        tail_.clear();
    }
    size_ += bytes->size();
    // Else it would grow from one to two to four … in every turn.
    if (pieces_.empty()) pieces_.reserve(kUsualPieces);
    pieces_.push_back(std::move(bytes));
}

// #region send
void SendQueue::send_to(const AsyncSocket& socket) {
    std::array<std::string_view, kMostPieces> unsent;
    std::size_t count = 0;
    for (const SharedBytes& piece : pieces_) {
        if (count == unsent.size()) break;
        unsent[count++] = *piece;
    }
    if (count < unsent.size() && !tail_.empty()) unsent[count++] = tail_;
    unsent[0].remove_prefix(sent_);
    drop(send_some(socket, std::span(unsent).first(count)));
}

void SendQueue::drop(std::size_t count) {
    size_ -= count;
    sent_ += count;
    auto done = pieces_.begin();
    while (done != pieces_.end() && sent_ >= (*done)->size()) {
        sent_ -= (*done)->size();
        ++done;
    }
    pieces_.erase(pieces_.begin(), done);
    if (pieces_.empty() && sent_ > tail_.size() / 2) {
        tail_.erase(0, sent_);
        sent_ = 0;
    }
}
// #endregion send

}  // namespace tincan::detail
