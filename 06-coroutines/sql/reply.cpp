#include "06-coroutines/sql/reply.hpp"

#include "01-blocking/text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tincan::sql {

namespace {

// The first byte of a character that is at `at`, or else of the next one.
std::size_t whole_from(std::string_view text, std::size_t at) {
    while (at < text.size() && continues_character(text[at]))
        ++at;
    return at;
}

// How many bytes `count` characters at the front of `text` have.
std::size_t bytes_of(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    while (at < text.size() && count-- > 0)
        at += std::max<std::size_t>(decode_utf8(text.substr(at)).size, 1);
    return at;
}

// The line of the statement in which the server found the error, and under it
// a mark. Of a long line, what is around that.
std::string show_position(std::string_view statement, std::size_t position) {
    constexpr std::size_t kAround = 100;
    std::size_t at = bytes_of(statement, position - 1);
    std::size_t begin = statement.substr(0, at).rfind('\n') + 1;  // npos + 1: 0
    std::size_t end = std::min(statement.find('\n', at), statement.size());
    std::string before;
    std::string after;
    if (at - begin > kAround) {
        begin = whole_from(statement, at - kAround);
        before = "…";
    }
    if (end - at > kAround) {
        end = whole_from(statement, at + kAround);
        after = "…";
    }
    before += printable(statement.substr(begin, at - begin));
    after.insert(0, printable(statement.substr(at, end - at)));
    return fmt::format("    {}{}\n    {}^\n", before, after,
                       std::string(columns_of(before), ' '));
}

// "(3 rows, 0.8 ms)"
std::string show_count(const Table& table, std::string_view time) {
    std::string shown;
    if (table.kept() < table.rows()) {
        shown = fmt::format("the first {} shown, ", table.kept());
    }
    return fmt::format("({} row{}, {}{})\n", table.rows(),
                       table.rows() == 1 ? "" : "s", shown, time);
}

// libpq explains some errors in several lines. Of what is very long, the
// beginning.
std::string show_lines(std::string_view text) {
    constexpr std::size_t kMost = 64 << 10;
    bool cut = text.size() > kMost;
    text = beginning_of(text, kMost);
    std::string lines;
    while (!text.empty()) {
        std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), end));
        lines += lines.empty() ? "" : "    ";
        lines += printable(line);
        text.remove_prefix(std::min(end + 1, text.size()));
        lines += text.empty() && cut ? "…\n" : "\n";
    }
    return lines;
}

}  // namespace

bool Reply::failed() const {
    return !answers.empty() && answers.back().error.has_value();
}

std::string to_string(const Message& message, std::string_view statement) {
    std::string text = printable(message.severity);
    if (!message.sqlstate.empty()) text += ' ' + printable(message.sqlstate);
    if (message.position > 0) {
        text += fmt::format(" at character {}", message.position);
    }
    text += text.empty() ? "ERROR: " : ": ";
    text += show_lines(message.text);
    if (message.position > 0) {
        text += show_position(statement, message.position);
    }
    if (!message.detail.empty())
        text += "DETAIL: " + show_lines(message.detail);
    if (!message.hint.empty()) text += "HINT: " + show_lines(message.hint);
    return text;
}

std::string to_string(const Reply& reply, std::string_view statement) {
    std::string time = to_string(reply.time);
    std::string text;
    for (const Answer& answer : reply.answers) {
        std::string tag = printable(answer.tag);
        if (answer.error) {
            text += to_string(*answer.error, statement);
        } else if (answer.table) {
            text += answer.table->str();
            if (!tag.starts_with("SELECT")) text += tag + ' ';
            text += show_count(*answer.table, time);
        } else {
            text += fmt::format("{} ({})\n", tag, time);
        }
    }
    if (reply.lost) {
        text +=
            "The connection to the server was lost. Whether the statement "
            "took effect is not known.\n";
    }
    if (reply.rolled_back) {
        text +=
            "The transaction that it left open is rolled back: one begins "
            "with BEGIN.\n";
    }
    return text;
}

std::string to_string(std::chrono::nanoseconds time) {
    using namespace std::chrono;
    double seconds = duration<double>(time).count();
    return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1000)
                       : fmt::format("{:.1f} s", seconds);
}

std::string headline(std::string_view statement, std::size_t most) {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    std::string line;
    while (!statement.empty()) {
        std::size_t word = statement.find_first_of(kBlanks);
        if (!line.empty()) line += ' ';
        line += statement.substr(0, word);
        statement.remove_prefix(std::min(
            statement.find_first_not_of(kBlanks, word), statement.size()));
    }
    line = printable(line);
    if (columns_of(line) <= most) return line;
    std::size_t end = 0;
    while (columns_of(std::string_view(line).substr(0, end)) < most - 1)
        end += std::max<std::size_t>(
            decode_utf8(std::string_view(line).substr(end)).size, 1);
    return line.substr(0, end) + "…";
}

}  // namespace tincan::sql
