#include "06-coroutines/sql/input.hpp"

#include <algorithm>
#include <utility>

namespace tincan::sql {

namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

// Longer ones are cut off: no command is.
constexpr std::size_t kLongestCommand = 80;

std::string_view strip(std::string_view text) {
    std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

// A line at a time: behind a comment may stand a command.
std::optional<Entry> Input::next(std::string_view& bytes) {
    while (!bytes.empty()) {
        if (!unfinished()) {
            bytes.remove_prefix(
                std::min(bytes.find_first_not_of(kBlanks), bytes.size()));
            in_command_ = bytes.starts_with('\\');
            if (in_command_) bytes.remove_prefix(1);
        }
        std::size_t end = std::min(bytes.find('\n'), bytes.size());
        bool complete = end < bytes.size();
        std::string_view line = bytes.substr(0, end + (complete ? 1 : 0));
        if (in_command_) {
            bytes.remove_prefix(line.size());
            command_ += line.substr(0, kLongestCommand - command_.size());
            if (!complete) continue;
            std::string command(strip(command_));
            clear();
            return Entry{Entry::Kind::command, std::move(command)};
        }
        std::size_t before = line.size();
        std::optional<std::string> statement = splitter_.next(line);
        bytes.remove_prefix(before - line.size());
        if (statement) {
            return Entry{Entry::Kind::statement, std::move(*statement)};
        }
    }
    return std::nullopt;
}

void Input::clear() {
    splitter_.clear();
    in_command_ = false;
    command_.clear();
}

}  // namespace tincan::sql
