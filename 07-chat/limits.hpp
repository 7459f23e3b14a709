// How much the server takes from a stranger, all in one place.
#pragma once

#include <chrono>
#include <cstddef>

namespace tincan::chat {

struct Limits {
    std::size_t max_clients = 16384;
    std::size_t max_per_address = 0;   // 0: a class sits behind one address
    std::size_t line = 1024;           // bytes, without the line's end
    std::size_t endless_line = 16384;  // bytes without an LF: closed
    int errors_before_connect = 3;     // the third one closes
    double rate = 2;                   // lines a second; 0: no limit
    double burst = 5;                  // lines at once
    int too_fast_in_a_row = 20;        // the twentieth one closes
    std::size_t undelivered = 65536;   // bytes waiting for a slow receiver
    std::size_t history = 20;          // messages a room keeps for newcomers
    int send_buffer = 65536;           // SO_SNDBUF: the kernel's share of that

    std::chrono::nanoseconds handshake = std::chrono::seconds(5);  // of TLS
    std::chrono::nanoseconds connect = std::chrono::seconds(10);
    std::chrono::nanoseconds idle = std::chrono::seconds(60);
    std::chrono::nanoseconds delivery = std::chrono::seconds(10);
    std::chrono::nanoseconds shutdown = std::chrono::seconds(5);
};

}  // namespace tincan::chat
