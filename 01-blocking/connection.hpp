// How connections begin: a server listens and accepts, a client connects.
#pragma once

#include "01-blocking/address.hpp"
#include "01-blocking/socket.hpp"

#include <netinet/tcp.h>

#include <cerrno>
#include <string>
#include <utility>

namespace tincan {

namespace detail {

// Calls `attempt` with each address of `endpoint` until one of them works;
// throws what the last one said.
template <typename Attempt>
Socket first_that_works(const Endpoint& endpoint, int flags, const char* what,
                        Attempt attempt) {
    AddressList addresses = resolve(endpoint, flags);
    int error = 0;
    for (addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
        Socket socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC,
                               at->ai_protocol));
        if (socket && attempt(socket, *at) == 0) return socket;
        error = errno;
    }
    throw std::system_error(error, std::generic_category(),
                            fmt::format("{} {}", what, to_string(endpoint)));
}

}  // namespace detail

// #region listen_on
// A socket on which clients can be accepted from now on; they queue in the
// kernel until somebody calls accept. Port "0" lets the kernel choose one.
// SO_REUSEADDR: the connections of a server that has just ended keep its port
// for a minute (TIME_WAIT); we may listen on it again all the same.
// socket(2), setsockopt(2), bind(2), listen(2)
inline Socket listen_on(const Endpoint& endpoint) {
    return detail::first_that_works(
        endpoint, AI_PASSIVE, "bind",
        [](const Socket& socket, const addrinfo& at) {
            int on = 1;
            check(::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on,
                               sizeof on),
                  "setsockopt");
            if (::bind(socket.fd(), at.ai_addr, at.ai_addrlen) == -1) {
                return -1;
            }
            return ::listen(socket.fd(), SOMAXCONN);
        });
}
// #endregion listen_on

// A connection to the first address of `endpoint` that answers. connect(2)
// goes on in the background when a signal interrupts it; nothing here installs
// a handler, so EINTR counts as a failure of that address.
inline Socket connect_to(const Endpoint& endpoint) {
    return detail::first_that_works(
        endpoint, 0, "connect", [](const Socket& socket, const addrinfo& at) {
            return ::connect(socket.fd(), at.ai_addr, at.ai_addrlen);
        });
}

// The address a socket is bound to. getsockname(2)
inline Address local_address(const Socket& socket) {
    Address address;
    check(::getsockname(socket.fd(), address.get(), &address.size),
          "getsockname");
    return address;
}

// #region accept_client
// What one call of accept brought: a client, or nobody. `exhausted` says that
// somebody is waiting and no descriptor or memory is left to take them in;
// asking again at once would only burn the CPU, so wait a little first.
struct Arrival {
    Socket socket;
    std::string peer;  // "127.0.0.1:53412", kept: after a reset the kernel
                       // no longer tells who it was
    bool exhausted = false;

    explicit operator bool() const { return static_cast<bool>(socket); }
};

// Takes the next client out of the queue; on a blocking listener, waits for
// one. `flags` may be SOCK_NONBLOCK (stage 2). Throws only if the listener
// itself is unusable. accept4(2)
inline Arrival accept_client(const Socket& listener, int flags = 0) {
    Address address;
    Socket client(::accept4(listener.fd(), address.get(), &address.size,
                            flags | SOCK_CLOEXEC));
    if (!client) {
        switch (errno) {
            case EMFILE:   // this process has too many descriptors,
            case ENFILE:   // or the whole system has,
            case ENOBUFS:  // or the kernel is out of memory
            case ENOMEM:
                return {.socket = {}, .peer = {}, .exhausted = true};
            case EBADF:
            case EFAULT:
            case EINVAL:
            case ENOTSOCK:
                check(-1, "accept");
        }
        return {};  // a signal, or a client that left while it queued, or its
                    // network's trouble, which Linux reports here
    }
    // An answer must not wait in the kernel for more to send (Nagle). Should
    // this fail, answers are only later.
    int on = 1;
    ::setsockopt(client.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return {.socket = std::move(client), .peer = to_string(address)};
}
// #endregion accept_client

}  // namespace tincan
