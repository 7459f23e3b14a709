// The kernel's own list of TCP sockets, /proc/net/tcp and tcp6: tells what a
// test may not find out by connecting, because a server that serves one client
// at a time would count it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tincan::test {

// The states of a connection, as the kernel numbers them (tcp_states.h).
enum class TcpState {
    established = 1,
    fin_wait2 = 5,
    time_wait = 6,
    listen = 10
};

struct TcpSocket {
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;  // 0 if it listens
    TcpState state{};
    std::size_t unread = 0;  // bytes that wait for the program to receive them
    std::string inode;       // what /proc/PID/fd calls it
};

// All sockets whose own port is `port`.
std::vector<TcpSocket> sockets_on(std::uint16_t port);

bool is_listening(std::uint16_t port);

// The ports that processes of the group listen on.
std::set<std::uint16_t> listening_ports(pid_t group);

// Bytes that the socket on `local` has received from the one on `remote` and
// its program has not taken. 0 if there is no such connection.
std::size_t unread_bytes(std::uint16_t local, std::uint16_t remote);

// A port of 127.0.0.1 that is free, for a program that can't say what port 0
// got it. As long as this process lives no other test is given the same, and
// the kernel gives none of these to who asks for port 0, or connects: they are
// below its ip_local_port_range.
std::uint16_t free_port();

}  // namespace tincan::test
