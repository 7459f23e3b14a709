// The receiving half of a stream: bytes that have come and nobody has taken.
#pragma once

#include "06-coroutines/tincan/filtering.hpp"
#include "06-coroutines/tincan/sockets.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tincan {

// The separator did not come within the limit. The bytes stay in the buffer:
// take them with read, or give the connection up. asyncio.LimitOverrunError
class LimitOverrun : public std::runtime_error {
public:
    explicit LimitOverrun(std::size_t limit);
};

// The stream ended before all was there; `partial` is what was.
// asyncio.IncompleteReadError
class IncompleteRead : public std::runtime_error {
public:
    explicit IncompleteRead(std::string_view bytes);
    std::string partial;
};

namespace detail {

// #region input
// Asks the kernel only when somebody wants bytes that are not here, so who is
// not read from fills its own buffers and has to wait: back-pressure. Holds
// the limit and one read (64 KiB) at most, readexactly excepted, and nothing
// while a reader waits for the first byte.
class StreamInput {
public:
    // A limit above 4 GiB is 4 GiB.
    StreamInput(const AsyncSocket& socket, std::size_t limit)
        : socket_(socket), limit_(saturated(limit)) {}

    std::string_view bytes() const {
        return std::string_view(buffer_).substr(begin_);
    }
    // No more will come: the peer has said all, or we don't want it.
    bool at_end() const { return peer_finished_ || stopped_ || ended_; }
    // Was that a good end? Throws what it was, if it was not.
    void check_end() const {
        if (filtering_) filtering_->throw_if_broken();
    }
    bool peer_finished() const { return peer_finished_; }
    void stop() { stopped_ = true; }
    std::size_t limit() const { return limit_; }

    // The next `count` bytes, valid until anything is read or received.
    std::string_view take(std::size_t count) {
        std::string_view taken = bytes().substr(0, count);
        begin_ += taken.size();
        return taken;
    }
    // One recv(2); may find that nothing was there.
    void receive();
    // Gives memory back while there is nothing to keep.
    void rest();

    // Null: what is received is what was meant.
    Filtering* filtering() const { return filtering_.get(); }
    // What has been received and not been taken is for it to decode.
    void set_filtering(std::unique_ptr<Filtering> filtering);

private:
    void take_in(std::string_view received);

    static std::uint32_t saturated(std::size_t limit) {
        constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
        return static_cast<std::uint32_t>(std::min(limit, kMost));
    }

    const AsyncSocket& socket_;
    std::unique_ptr<Filtering> filtering_;
    std::string buffer_;
    std::size_t begin_ = 0;  // those before are taken
    std::uint32_t limit_;    // beside the flags it takes no room of its own
    bool peer_finished_ = false;
    bool stopped_ = false;
    bool ended_ = false;  // says the filter
};
// #endregion input

// #region read
// Waits until there is enough: which means something else to each reader.
class StreamRead : public IoAwaiter {
public:
    StreamRead(StreamInput& input, Watch& watch)
        : IoAwaiter(watch, Direction::in), input_(input) {}

    bool attempt() override {
        while (!enough()) {
            if (input_.at_end()) {
                input_.check_end();
                return true;
            }
            if (!may_try()) return false;
            // To decode may be far more work than to receive.
            if (input_.filtering()) pump().spend(Pump::kBudget / 2);
            input_.receive();
        }
        return true;
    }
    void wait() override {
        input_.rest();
        IoAwaiter::wait();
    }
    const char* what() const override { return "recv"; }

protected:
    virtual bool enough() = 0;
    StreamInput& input_;
};
// #endregion read

class ReadSome final : public StreamRead {
public:
    ReadSome(StreamInput& input, Watch& watch, std::size_t most)
        : StreamRead(input, watch), most_(most) {}
    std::string_view result() { return input_.take(most_); }

private:
    bool enough() override { return !input_.bytes().empty(); }
    std::size_t most_;
};

class ReadExactly final : public StreamRead {
public:
    ReadExactly(StreamInput& input, Watch& watch, std::size_t count)
        : StreamRead(input, watch), count_(count) {}
    std::string_view result();

private:
    bool enough() override { return input_.bytes().size() >= count_; }
    std::size_t count_;
};

class ReadUntil : public StreamRead {
public:
    ReadUntil(StreamInput& input, Watch& watch, std::string_view separator)
        : StreamRead(input, watch), separator_(separator) {}
    std::string_view result();

protected:
    bool found() const { return found_; }

private:
    bool enough() override;
    std::string_view separator_;
    std::size_t searched_ = 0;  // it does not begin before here
    bool found_ = false;
};

class ReadLine final : public ReadUntil {
public:
    ReadLine(StreamInput& input, Watch& watch)
        : ReadUntil(input, watch, "\n") {}
    std::string_view result() {
        return found() ? ReadUntil::result()
                       : input_.take(input_.bytes().size());
    }
};

// Until the filter can be written through.
class FilterReady final : public StreamRead {
public:
    FilterReady(StreamInput& input, Watch& watch) : StreamRead(input, watch) {}
    void result();

private:
    bool enough() override { return input_.filtering()->ready(); }
};

}  // namespace detail
}  // namespace tincan
