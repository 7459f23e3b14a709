// Sockets that answer at once: with what they can do now, or with "not yet".
#pragma once

#include "01-blocking/socket.hpp"

#include <fcntl.h>

#include <cerrno>
#include <optional>
#include <span>
#include <string_view>

namespace tincan {

// #region set_nonblocking
// From now on calls on this socket return EAGAIN where they would have
// waited. A client can come like that from accept_client, with SOCK_NONBLOCK.
// fcntl(2), O_NONBLOCK
inline void set_nonblocking(const Socket& socket) {
    int flags = check(::fcntl(socket.fd(), F_GETFL), "fcntl");
    check(::fcntl(socket.fd(), F_SETFL, flags | O_NONBLOCK), "fcntl");
}
// #endregion set_nonblocking

namespace detail {

// #region not_yet
// What `call` did, or nothing if it would have had to wait.
template <typename Call>
std::optional<std::size_t> done_or_not_yet(Call call, const char* name) {
    ssize_t count;
    do {
        count = call();
    } while (count == -1 && errno == EINTR);
    if (count == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(check(count, name));
}
// #endregion not_yet

}  // namespace detail

// #region try_receive
// Like receive, but nothing (std::nullopt) where that would wait. recv(2)
inline std::optional<std::size_t> try_receive(const Socket& socket,
                                              std::span<char> buffer) {
    return detail::done_or_not_yet(
        [&] { return ::recv(socket.fd(), buffer.data(), buffer.size(), 0); },
        "recv");
}

// Sends what the kernel takes now; returns how many bytes that were, nothing
// if its buffer for this connection is full. send(2)
inline std::optional<std::size_t> try_send(const Socket& socket,
                                           std::string_view bytes) {
    return detail::done_or_not_yet(
        [&] {
            return ::send(socket.fd(), bytes.data(), bytes.size(),
                          MSG_NOSIGNAL);
        },
        "send");
}
// #endregion try_receive

}  // namespace tincan
