#include "tests/support/server.hpp"

#include "01-blocking/text.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <stdexcept>

namespace tincan::test {

using namespace std::chrono_literals;

namespace {

constexpr auto kStartPatience = 10s;

// The last line of its stderr, which mostly says why; many a beginner's server
// says it on stdout.
std::string last_words(const Process& process) {
    std::string words = process.err();
    if (words.empty()) words = process.out();
    words.resize(words.find_last_not_of('\n') + 1);
    words.erase(0, words.rfind('\n') + 1);
    return words.empty() ? "" : "; its last words: " + printable(words);
}

// The ports that it listens on instead of `port`.
std::string elsewhere(const Process& process, std::uint16_t port) {
    std::set<std::uint16_t> ports = listening_ports(process.pid());
    ports.erase(port);  // too late
    if (ports.empty()) return "";
    return fmt::format(", but on port {}", fmt::join(ports, ", "));
}

}  // namespace

Command with_port(const Command& command, std::uint16_t port) {
    constexpr std::string_view kPlace = "{port}";
    Command filled = command;
    for (std::string& part : filled) {
        for (std::size_t at; (at = part.find(kPlace)) != std::string::npos;) {
            part.replace(at, kPlace.size(), std::to_string(port));
        }
    }
    return filled;
}

Server Server::ours(const Command& command, const ProcessOptions& options,
                    std::uint16_t port) {
    constexpr std::string_view kSays = "listening on ";
    auto process = std::make_unique<Process>(with_port(command, port), options);
    std::string line = process->wait_for_line(kSays, Deadline(kStartPatience));
    std::size_t host_at = line.find(kSays) + kSays.size();
    std::size_t colon = line.rfind(':');
    std::string host = line.substr(host_at, colon - host_at);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return {std::move(process), host,
            static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)))};
}

Server Server::foreign(const Command& command, const ProcessOptions& options) {
    return foreign_on(free_port(), command, options);
}

Server Server::foreign_on(std::uint16_t port, const Command& command,
                          const ProcessOptions& options) {
    auto process = std::make_unique<Process>(with_port(command, port), options);
    bool listens =
        eventually([&] { return is_listening(port) || !process->running(); },
                   Deadline(kStartPatience));
    if (std::optional<Exit> exit = process->wait_exit(Deadline({}))) {
        throw std::runtime_error(
            fmt::format("{} {} before it listened on port {}{}",
                        to_string(process->command()), to_string(*exit), port,
                        last_words(*process)));
    }
    if (!listens) {
        throw std::runtime_error(fmt::format(
            "{} does not listen on port {} after {} s{}{}",
            to_string(process->command()), port, kStartPatience / 1s,
            elsewhere(*process, port), last_words(*process)));
    }
    return {std::move(process), "127.0.0.1", port};
}

}  // namespace tincan::test
