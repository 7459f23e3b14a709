// The sending half of a stream.
#pragma once

#include "06-coroutines/tincan/send_queue.hpp"
#include "06-coroutines/tincan/wait_list.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <system_error>

namespace tincan::detail {

inline constexpr std::size_t kHighWater = 65536;
inline constexpr std::size_t kLowWater = kHighWater / 4;

// Sends at once what the kernel takes and the rest as it takes more, without
// a task of its own. The first error ends it, and the connection: what is
// queued is dropped, whoever drains is told, and reading comes to its end.
class StreamOutput : IoWaiter, Job {
public:
    explicit StreamOutput(const AsyncSocket& socket) : socket_(socket) {}
    ~StreamOutput() { stop(); }

    void write(std::string_view bytes);
    // All that is written so in one turn goes out in one call at its end.
    void write(SharedBytes bytes);
    void writelines(std::span<const std::string_view> lines);
    // Half-close once all is sent. shutdown(2)
    void write_eof();
    // Tries to send what is queued now, not when the loop says that it can.
    void flush();
    // Nothing more will be written, and the connection is closed anyway.
    void end() { finishing_ = true; }
    // From now on nothing is sent; who drains gets `error`, unless all was
    // sent and that was the end of it.
    void fail(std::error_code error, const char* call);
    // The same, and the connection is of no use any more.
    void break_off(std::error_code error);
    void stop();

    bool empty() const { return queue_ == nullptr; }
    std::size_t size() const { return queue_ ? queue_->size() : 0; }
    bool paused() const { return paused_; }
    void throw_if_failed() const {
        if (error_) std::rethrow_exception(error_);
    }
    bool failed() const { return error_ != nullptr; }
    WaitList& waiters() { return waiters_; }

private:
    bool deaf() const {
        return failed() || finishing_ || socket_.watch().closed();
    }
    template <typename Bytes>
    void append(Bytes bytes);
    void on_ready() override { flush(); }
    void run() override { flush(); }
    void discard() override {}
    void finish();

    const AsyncSocket& socket_;
    std::unique_ptr<SendQueue> queue_;  // null while nothing is queued
    std::exception_ptr error_;
    bool paused_ = false;  // above the high-water mark, and not yet below low
    bool finishing_ = false;
    WaitList waiters_;
};

// Until the queue is short again, or empty.
class StreamDrain final : public Waiter {
public:
    enum class Down : char { to_low_water, to_nothing };

    StreamDrain(StreamOutput& output, Down down)
        : Waiter(output.waiters()), down_(down), output_(output) {}

    bool attempt() override {
        if (output_.failed()) return true;
        return down_ == Down::to_nothing ? output_.empty() : !output_.paused();
    }
    void result() const { output_.throw_if_failed(); }
    const char* what() const override { return "drain"; }

private:
    Down down_;
    StreamOutput& output_;
};

}  // namespace tincan::detail
