// A filter at work between the two halves of a stream.
#pragma once

#include "06-coroutines/tincan/stream_filter.hpp"
#include "06-coroutines/tincan/stream_output.hpp"

#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace tincan::detail {

// All that goes to the peer, answers too, goes through the one queue of
// `output`: it stays in order, and counts in what waits there.
class Filtering {
public:
    // `output` must outlive it.
    Filtering(std::unique_ptr<StreamFilter> filter, StreamOutput& output);

    bool ready() const { return filter_->ready(); }
    // Decodes what the peer has sent ("": its stream has ended), appends that
    // to `plain` and answers. False if no more will come.
    bool receive(std::string_view wire, std::string& plain);
    void throw_if_broken() const {
        if (error_) std::rethrow_exception(error_);
    }

    void write(std::string_view plain);
    void write(const SharedBytes& plain);
    void finish();

private:
    bool deaf() const { return finished_ || error_ || output_.failed(); }
    std::string encoded(std::string_view plain);

    std::unique_ptr<StreamFilter> filter_;
    StreamOutput& output_;
    std::exception_ptr error_;  // what the peer sent was wrong
    std::size_t answers_ = 0;   // bytes, since the queue was empty
    bool finished_ = false;
};

}  // namespace tincan::detail
