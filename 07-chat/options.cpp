#include "07-chat/options.hpp"

#include "07-chat/command_line.hpp"
#include "07-chat/seats.hpp"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace tincan::chat {

namespace {

using std::chrono::duration;

// What has no option: other values would be another protocol, or no bound.
std::string fixed_limits(const Limits& limits) {
    auto seconds = [](std::chrono::nanoseconds time) {
        return duration<double>(time).count();
    };
    return fmt::format(
        "Fixed limits:\n"
        "  a TLS handshake             {} s\n"
        "  a line                      {} bytes, UTF-8\n"
        "  a line without an end       closed at {} bytes\n"
        "  errors before CONNECT       closed at {}\n"
        "  lines at once               {}, then as --rate says\n"
        "  too fast, in a row          closed at {}\n"
        "  not taken by a receiver     {} bytes, or {} s\n"
        "  end of the server           {} s for what is on its way\n"
        "  descriptors kept in reserve {}\n"
        "\nQUIET in the environment means --log-level off.\n",
        seconds(limits.handshake), limits.line, limits.endless_line,
        limits.errors_before_connect, limits.burst, limits.too_fast_in_a_row,
        limits.undelivered, seconds(limits.delivery), seconds(limits.shutdown),
        kReserve);
}

void add_limits(CLI::App& app, Limits& limits) {
    add_count<std::size_t>(app, "--max-clients", limits.max_clients, 1, 1000000,
                           "clients at once, if there are the descriptors");
    add_count<std::size_t>(app, "--max-per-address", limits.max_per_address, 0,
                           1000000, "of them from one address; 0: no limit");
    add_seconds(app, "--connect", limits.connect,
                "close who does not say CONNECT in time");
    add_seconds(app, "--idle", limits.idle,
                "send away who says nothing for so long");
    add_rate(app, "--rate", limits.rate,
             "lines a second from one user; 0: no limit");
    add_count<std::size_t>(app, "--history", limits.history, 0, 50,
                           "messages that a room keeps for newcomers");
}

void add_log_level(CLI::App& app, Log::Level& level) {
    static const std::vector<std::pair<std::string, Log::Level>> levels{
        {"debug", Log::Level::debug},
        {"info", Log::Level::info},
        {"warning", Log::Level::warning},
        {"error", Log::Level::error},
        {"off", Log::Level::off}};
    if (std::getenv("QUIET") != nullptr) level = Log::Level::off;
    auto set = [&level](const std::string& name) {
        for (const auto& [known, value] : levels) {
            if (known == name) level = value;
        }
    };
    app.add_option_function<std::string>("--log-level", set,
                                         "how much to tell on stdout")
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
        ->default_str("info");
}

}  // namespace

std::optional<ServerConfig> server_config(const Arguments& arguments) {
    ServerConfig config;
    CLI::App app("A chat server: one line per message, UTF-8.", "chat_server");
    add_port(app, config.endpoint);
    add_host(app, config.endpoint);
    add_limits(app, config.limits);
    add_log_level(app, config.log_level);
    Duration period{};
    add_seconds(app, "--stats", period,
                "log the statistics so often, not at SIGUSR1 only")
        ->default_str("");
    app.add_option("--tls", config.tls,
                   "speak TLS; two PEM files, read again at SIGHUP")
        ->check(file_name())
        ->type_name("CERT KEY");
    app.add_option("--selector", config.selector)
        ->check(CLI::IsMember({"select", "poll", "epoll"}))
        ->capture_default_str();
    app.footer(fixed_limits(config.limits));
    if (!parse_command_line(app, arguments, "[OPTIONS] [PORT [HOST]]")) {
        return std::nullopt;
    }
    if (period > Duration::zero()) config.stats = period;
    return config;
}

}  // namespace tincan::chat
