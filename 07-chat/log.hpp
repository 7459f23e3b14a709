// The server's log: who, what and why, one line for each thing that happens,
// made for people and for grep.
//
//   2026-11-28T14:03:05.127Z info joined peer=127.0.0.1:50001 user=Ann
//
// What people say to each other is in none of them. Nobody can forge a line:
// what comes from outside is printable, and in quotes if it holds a space.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace tincan::chat {

class Log {
public:
    enum class Level { debug, info, warning, error, off };
    struct Field {
        std::string_view key;
        std::string value;
    };
    using Fields = std::vector<Field>;

    // Lines of `least` and above go to the descriptor `fd`, which stays the
    // caller's. Nobody waits for it: what a full pipe or a stopped terminal
    // does not take is lost, and the next line that it takes says how many
    // were.
    Log(Level least, int fd);

    bool shows(Level level) const;
    void line(Level level, std::string_view what, const Fields& fields);
    void debug(std::string_view what, const Fields& fields) {
        line(Level::debug, what, fields);
    }
    void info(std::string_view what, const Fields& fields) {
        line(Level::info, what, fields);
    }
    void warning(std::string_view what, const Fields& fields) {
        line(Level::warning, what, fields);
    }
    // Somebody asked for it: whatever the level.
    void answer(std::string_view what, const Fields& fields);

private:
    std::shared_ptr<spdlog::logger> logger_;
};

// "what key=value key=\"two words\""
std::string log_text(std::string_view what, const Log::Fields& fields);

}  // namespace tincan::chat
