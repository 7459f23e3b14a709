// Why a client is not here any more: for the log and the statistics, which
// know each reason by one word.
#pragma once

#include <cstddef>
#include <string_view>

namespace tincan::chat {

enum class Ending {
    // By itself, or by us for no fault of its own.
    quit,
    end_of_stream,
    connection_lost,
    shutdown,
    // Dropped.
    full,
    crowded_address,
    tls_handshake,
    tls_hello,
    http_request,
    no_connect_in_time,
    no_connect,
    idle,
    flood,
    endless_line,
    too_slow,
};
inline constexpr std::size_t kEndings =
    static_cast<std::size_t>(Ending::too_slow) + 1;

constexpr bool is_drop(Ending ending) {
    return ending >= Ending::full;
}

constexpr std::string_view word_for(Ending ending) {
    switch (ending) {
        case Ending::quit:
            return "quit";
        case Ending::end_of_stream:
            return "end-of-stream";
        case Ending::connection_lost:
            return "connection-lost";
        case Ending::shutdown:
            return "shutdown";
        case Ending::full:
            return "full";
        case Ending::crowded_address:
            return "crowded-address";
        case Ending::tls_handshake:
            return "tls-handshake";
        case Ending::tls_hello:
            return "tls-hello-on-plain-port";
        case Ending::http_request:
            return "http-request";
        case Ending::no_connect_in_time:
            return "no-connect-in-time";
        case Ending::no_connect:
            return "no-connect";
        case Ending::idle:
            return "idle";
        case Ending::flood:
            return "flood";
        case Ending::endless_line:
            return "endless-line";
        case Ending::too_slow:
            return "too-slow";
    }
    return "unknown";
}

}  // namespace tincan::chat
