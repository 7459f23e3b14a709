// stdin, read when there is something to read. It may be a terminal that is
// shared with a shell, so it is never made non-blocking.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/sync.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>

namespace tincan::chat {

class StdinReader {
public:
    StdinReader() = default;
    StdinReader(const StdinReader&) = delete;
    StdinReader& operator=(const StdinReader&) = delete;
    ~StdinReader() { loop_.remove_reader(STDIN_FILENO); }

    // Waits for bytes; "" at the end, or when the terminal is gone. Valid until
    // the next call.
    Coro<std::string_view> read() {
        for (;;) {
            readable_.clear();
            loop_.add_reader(STDIN_FILENO, [this] { readable_.set(); });
            co_await readable_.wait();
            // Nobody is told of more before we come back for it.
            loop_.remove_reader(STDIN_FILENO);
            ssize_t count =
                ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
            if (count >= 0) {
                co_return std::string_view(buffer_.data(),
                                           static_cast<std::size_t>(count));
            }
            if (errno != EINTR && errno != EAGAIN) co_return "";
        }
    }

private:
    EventLoop& loop_ = EventLoop::running();
    Event readable_;
    std::array<char, 4096> buffer_{};
};

}  // namespace tincan::chat
