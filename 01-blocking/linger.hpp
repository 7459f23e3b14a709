// How a server that speaks last hangs up without destroying its last words.
#pragma once

#include "01-blocking/socket.hpp"

#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace tincan {

// #region close_after_reply
// Ends the conversation on `socket` so that what we sent last arrives. A
// close(2) while something the peer said is unread makes the kernel answer
// with a reset and throw away what of our reply is still under way. So we only
// stop sending, then discard what still comes until the peer hangs up too, for
// `patience` at most in all: it may never do so.
// shutdown(2), SO_RCVTIMEO in socket(7)
inline void close_after_reply(
    Socket socket,
    std::chrono::microseconds patience = std::chrono::seconds(1)) {
    using Clock = std::chrono::steady_clock;
    if (::shutdown(socket.fd(), SHUT_WR) == -1) return;  // it is gone already
    const auto deadline = Clock::now() + patience;
    std::array<char, 16384> discarded;
    for (;;) {
        auto left = std::chrono::duration_cast<std::chrono::microseconds>(
            deadline - Clock::now());
        if (left.count() <= 0) return;
        timeval limit{.tv_sec = left.count() / 1'000'000,
                      .tv_usec = left.count() % 1'000'000};
        ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit,
                     sizeof limit);
        ssize_t count =
            ::recv(socket.fd(), discarded.data(), discarded.size(), 0);
        if (count == -1 && errno == EINTR) continue;
        if (count <= 0) return;
    }
}
// #endregion close_after_reply

}  // namespace tincan
