// The sockets that load is made on.
#pragma once

#include "01-blocking/address.hpp"
#include "01-blocking/socket.hpp"

#include <cstddef>

namespace tincan::bench {

void set_option(const Socket& socket, int level, int name, const auto& value) {
    check(::setsockopt(socket.fd(), level, name, &value, sizeof value),
          "setsockopt");
}

// For connection `number` to `server`; not connected yet. Closing it resets
// the connection: ten thousand of them in TIME_WAIT would be in the way of the
// next measurement. `flags` may be SOCK_NONBLOCK.
Socket load_socket(const addrinfo& server, std::size_t number, int flags = 0);

}  // namespace tincan::bench
