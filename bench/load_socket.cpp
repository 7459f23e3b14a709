#include "bench/load_socket.hpp"

#include <netinet/tcp.h>

#include <cstring>

namespace tincan::bench {

namespace {

// Clients of this machine's servers come from 127.0.0.2 to 127.0.0.9: there
// are 28,000 ports to connect from on each of them, and none is taken on
// 127.0.0.1, where servers listen. The port is chosen only by connect.
void choose_source(const Socket& socket, const addrinfo& server,
                   std::size_t number) {
    if (server.ai_family != AF_INET) return;
    sockaddr_in address{};
    std::memcpy(&address, server.ai_addr, sizeof address);
    constexpr in_addr_t kLoopbackNet = 127;
    if (ntohl(address.sin_addr.s_addr) >> 24 != kLoopbackNet) return;
    address.sin_addr.s_addr =
        htonl(INADDR_LOOPBACK + 1 + static_cast<in_addr_t>(number % 8));
    address.sin_port = 0;
    set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    check(::bind(socket.fd(), reinterpret_cast<sockaddr*>(&address),
                 sizeof address),
          "bind");
}

}  // namespace

Socket load_socket(const addrinfo& server, std::size_t number, int flags) {
    Socket socket(
        check(::socket(server.ai_family, SOCK_STREAM | SOCK_CLOEXEC | flags,
                       server.ai_protocol),
              "socket"));
    choose_source(socket, server, number);
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(socket, SOL_SOCKET, SO_LINGER,
               linger{.l_onoff = 1, .l_linger = 0});
    return socket;
}

}  // namespace tincan::bench
