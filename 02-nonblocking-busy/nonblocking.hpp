// Sockets that answer at once: with what they can do now, or with "not yet".
#pragma once

#include "01-blocking/socket.hpp"

#include <fcntl.h>

#include <cerrno>
#include <optional>
#include <span>
#include <string_view>

namespace tincan {

// From now on calls on this socket return EAGAIN where they would have
// waited. fcntl(2), O_NONBLOCK
inline void set_nonblocking(const Socket& socket) {
    int flags = check(::fcntl(socket.fd(), F_GETFL), "fcntl");
    check(::fcntl(socket.fd(), F_SETFL, flags | O_NONBLOCK), "fcntl");
}

namespace detail {

// A signal came before the call could do anything: as good as "not yet",
// because whoever asked a non-blocking socket will ask again.
inline std::optional<std::size_t> done_or_not_yet(ssize_t count,
                                                  const char* call) {
    if (count == -1 &&
        (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(check(count, call));
}

}  // namespace detail

// #region try_receive
// Like receive, but nothing (std::nullopt) where that would wait. recv(2)
inline std::optional<std::size_t> try_receive(const Socket& socket,
                                              std::span<char> buffer) {
    return detail::done_or_not_yet(
        ::recv(socket.fd(), buffer.data(), buffer.size(), 0), "recv");
}

// Sends what the kernel takes now; returns how many bytes that were, nothing
// if its buffer for this connection is full. send(2)
inline std::optional<std::size_t> try_send(const Socket& socket,
                                           std::string_view bytes) {
    return detail::done_or_not_yet(
        ::send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
}
// #endregion try_receive

}  // namespace tincan
