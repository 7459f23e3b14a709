// The sending half of a stream: bytes that the kernel would not take yet.
#pragma once

#include "06-coroutines/tincan/sockets.hpp"
#include "06-coroutines/tincan/wait_list.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tincan {

// Bytes that go to many and are kept once. Whoever makes them does not change
// them any more.
using SharedBytes = std::shared_ptr<const std::string>;

namespace detail {

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

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    bool paused() const { return paused_; }
    void throw_if_failed() const {
        if (error_) throw std::system_error(error_, call_);
    }
    bool failed() const { return static_cast<bool>(error_); }
    WaitList& waiters() { return waiters_; }

private:
    bool deaf() const { return failed() || finishing_; }
    void count(std::size_t more);
    void on_ready() override { flush(); }
    void run() override { flush(); }
    void discard() override {}
    std::size_t send_pieces();
    void sent(std::size_t count);
    void finish();

    const AsyncSocket& socket_;
    std::vector<SharedBytes> pieces_;  // then tail_
    std::string tail_;
    std::size_t sent_ = 0;  // of the first of them
    std::size_t size_ = 0;  // of all that is not sent
    bool paused_ = false;   // above the high-water mark, and not yet below low
    bool finishing_ = false;
    std::error_code error_;
    const char* call_ = "";
    WaitList waiters_;
};

// Until the queue is short again, or empty.
class StreamDrain final : public Waiter {
public:
    enum class Down { to_low_water, to_nothing };

    StreamDrain(StreamOutput& output, Down down)
        : Waiter(output.waiters(), "drain"), output_(output), down_(down) {}

    bool attempt() override {
        if (output_.failed()) return true;
        return down_ == Down::to_nothing ? output_.empty() : !output_.paused();
    }
    void result() const { output_.throw_if_failed(); }

private:
    StreamOutput& output_;
    Down down_;
};

}  // namespace detail
}  // namespace tincan
