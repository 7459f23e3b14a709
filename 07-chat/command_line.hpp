// The command line of both programs, by CLI11: like the other stages', and
// with real options.
#pragma once

#include "01-blocking/program.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tincan::chat {

// The exit status if there is nothing (more) to run: 0 after --help, 2 after
// something wrong, and then stderr says what.
inline std::optional<int> parse_command_line(CLI::App& app, int argc,
                                             char** argv) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
}

inline void add_host(CLI::App& app, Endpoint& endpoint) {
    app.add_option("HOST", endpoint.host, "a name or an address")
        ->capture_default_str();
}

inline void add_port(CLI::App& app, Endpoint& endpoint) {
    static const CLI::Validator port(
        [](const std::string& text) {
            return is_port(text) ? std::string() : "not a port: " + text;
        },
        "");
    app.add_option("PORT", endpoint.port, "0 to 65535")
        ->check(port)
        ->capture_default_str();
}

// Parts of seconds are allowed.
inline void add_seconds(CLI::App& app, const char* name,
                        std::chrono::nanoseconds& time, const char* what) {
    using Seconds = std::chrono::duration<double>;
    auto set = [name, &time](double seconds) {
        bool good = seconds >= 0.001 && seconds <= 1e6;  // nan isn't
        if (!good) throw CLI::ValidationError(name, "not 0.001 to 1000000");
        time = std::chrono::duration_cast<std::chrono::nanoseconds>(
            Seconds(seconds));
    };
    app.add_option_function<double>(name, set, what)
        ->type_name("SECONDS")
        ->default_str(fmt::format("{:g}", Seconds(time).count()));
}

}  // namespace tincan::chat
