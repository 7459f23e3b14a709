#include "06-coroutines/tincan/stream_input.hpp"

#include <fmt/core.h>

namespace tincan {

LimitOverrun::LimitOverrun(std::size_t limit)
    : std::runtime_error(fmt::format("no separator within {} bytes", limit)) {}

IncompleteRead::IncompleteRead(std::string_view bytes)
    : std::runtime_error(
          fmt::format("the stream ended after {} bytes of what was asked for",
                      bytes.size())),
      partial(bytes) {}

namespace detail {

void StreamInput::receive() {
    std::span<char> scratch = socket_.watch().loop().scratch();
    std::optional<std::size_t> count = receive_some(socket_, scratch);
    if (!count) return;
    if (*count == 0) peer_finished_ = true;
    buffer_.erase(0, begin_);
    begin_ = 0;
    take_in({scratch.data(), *count});
}

void StreamInput::take_in(std::string_view received) {
    if (filtering_) {
        ended_ = !filtering_->receive(received, buffer_);
    } else {
        buffer_.append(received);
    }
}

void StreamInput::set_filtering(std::unique_ptr<Filtering> filtering) {
    filtering_ = std::move(filtering);
    std::string received(bytes());
    buffer_.clear();
    begin_ = 0;
    if (!received.empty()) take_in(received);
}

void StreamInput::rest() {
    if (!bytes().empty()) return;
    std::string().swap(buffer_);
    begin_ = 0;
}

std::string_view ReadExactly::result() {
    if (input_.bytes().size() < count_) {
        throw IncompleteRead(input_.take(count_));
    }
    return input_.take(count_);
}

// #region read_until
// The separator may straddle two reads, so its length less one of what was
// searched is searched again; all else only once.
bool ReadUntil::enough() {
    std::string_view bytes = input_.bytes();
    std::size_t at = bytes.find(separator_, searched_);
    found_ = at != std::string_view::npos;
    searched_ =
        found_ ? at
               : bytes.size() - std::min(bytes.size(), separator_.size() - 1);
    if (searched_ > input_.limit()) throw LimitOverrun(input_.limit());
    return found_;
}

std::string_view ReadUntil::result() {
    if (!found_) throw IncompleteRead(input_.take(input_.bytes().size()));
    return input_.take(searched_ + separator_.size());
}
// #endregion read_until

void FilterReady::result() {
    if (enough()) return;
    throw std::system_error(std::make_error_code(std::errc::connection_aborted),
                            "recv");
}

}  // namespace detail
}  // namespace tincan
