#include "06-coroutines/tincan/filtering.hpp"

#include <stdexcept>
#include <utility>

namespace tincan::detail {

Filtering::Filtering(std::unique_ptr<StreamFilter> filter, StreamOutput& output)
    : filter_(std::move(filter)), output_(output) {
    std::string first;
    filter_->start(first);
    output_.write(first);
}

// #region receive
// An error is kept for the reader: what was right before it is read first.
bool Filtering::receive(std::string_view wire, std::string& plain) {
    std::string reply;
    bool more = false;
    try {
        more = filter_->decode(wire, plain, reply);
    } catch (const std::exception&) {
        error_ = std::current_exception();
    }
    // Who asks and asks and does not take the answers must not fill our memory
    // with them.
    if (output_.empty()) answers_ = 0;
    answers_ += reply.size();
    if (answers_ > kHighWater && !error_) {
        error_ = std::make_exception_ptr(
            std::system_error(std::make_error_code(std::errc::no_buffer_space),
                              "answers that the peer does not take"));
    } else {
        output_.write(reply);  // perhaps why we don't go on
    }
    return more && !error_;
}
// #endregion receive

// #region write
void Filtering::write(std::string_view plain) {
    if (!deaf()) output_.write(encoded(plain));
}

void Filtering::write(const SharedBytes& plain) {
    if (deaf()) return;
    output_.write(std::make_shared<const std::string>(encoded(*plain)));
}

// Nobody who writes expects an exception.
std::string Filtering::encoded(std::string_view plain) {
    if (!ready()) throw std::logic_error("written before the filter is ready");
    std::string wire;
    try {
        filter_->encode(plain, wire);
    } catch (const std::system_error& error) {
        output_.break_off(error.code());
    }
    return wire;
}

// #endregion write

void Filtering::finish() {
    if (std::exchange(finished_, true) || error_ || !ready()) return;
    std::string last;
    filter_->finish(last);
    output_.write(last);
}

}  // namespace tincan::detail
