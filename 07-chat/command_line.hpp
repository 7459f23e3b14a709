// The command line of both programs, by CLI11: like the other stages', and
// with real options.
#pragma once

#include "01-blocking/program.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace tincan::chat {

// False if --help was all that was asked for. Throws UsageError, which shows
// `synopsis` and what was wrong.
inline bool parse_command_line(CLI::App& app, Arguments arguments,
                               const char* synopsis) {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    try {
        app.parse(arguments);
        return true;
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", app.help());
        return false;
    } catch (const CLI::ParseError& error) {
        throw UsageError(fmt::format("{}   (--help tells more)\n{}", synopsis,
                                     error.what()));
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

// An empty name of a file is a variable that the shell did not know: who runs
// the program with --ca "$CA" shall hear of it.
inline CLI::Validator file_name() {
    return {[](const std::string& text) {
                return text.empty() ? "no file name" : "";
            },
            ""};
}

// Parts of seconds are allowed.
inline CLI::Option* add_seconds(CLI::App& app, const char* name,
                                std::chrono::nanoseconds& time,
                                const char* what) {
    using Seconds = std::chrono::duration<double>;
    auto set = [name, &time](double seconds) {
        bool good = seconds >= 0.001 && seconds <= 1e6;  // nan isn't
        if (!good) throw CLI::ValidationError(name, "not 0.001 to 1000000");
        time = std::chrono::duration_cast<std::chrono::nanoseconds>(
            Seconds(seconds));
    };
    return app.add_option_function<double>(name, set, what)
        ->type_name("SECONDS")
        ->default_str(fmt::format("{:g}", Seconds(time).count()));
}

inline void add_rate(CLI::App& app, const char* name, double& rate,
                     const char* what) {
    auto set = [name, &rate](double number) {
        bool good = number >= 0 && number <= 1e6;  // nan isn't
        if (!good) throw CLI::ValidationError(name, "not 0 to 1000000");
        rate = number;
    };
    app.add_option_function<double>(name, set, what)
        ->type_name("LINES")
        ->default_str(fmt::format("{:g}", rate));
}

template <class Count>
void add_count(CLI::App& app, const char* name, Count& count, Count least,
               Count most, const char* what) {
    app.add_option(name, count, what)
        ->check(CLI::Range(least, most).description(""))
        ->type_name("COUNT")
        ->capture_default_str();
}

}  // namespace tincan::chat
