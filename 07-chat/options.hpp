// What the chat server can be told on its command line.
#pragma once

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/clock.hpp"
#include "07-chat/limits.hpp"
#include "07-chat/log.hpp"

#include <optional>
#include <string>
#include <utility>

namespace tincan::chat {

struct ServerConfig {
    Endpoint endpoint{"127.0.0.1", "8000"};
    Limits limits;
    Log::Level log_level = Log::Level::info;
    std::optional<Duration> stats;            // how often
    std::pair<std::string, std::string> tls;  // certificate and key, or none
    std::string selector = "epoll";
};

// Nothing if only --help was asked for. Throws UsageError.
std::optional<ServerConfig> server_config(const Arguments& arguments);

}  // namespace tincan::chat
