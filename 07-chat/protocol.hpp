// The lines that go over the wire, both ways: what each is made of, and
// nothing about who sends them when.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::chat {

// What a line can be refused for; the numbers are on the wire.
enum class Refusal {
    line_too_long = 417,
    unknown_command = 421,
    bad_name = 432,
    name_taken = 433,
    not_connected = 451,
    not_utf8 = 600,
    control_character = 601,
};

// #region requests
// Text that may be passed on to other people's terminals? TAB is the only
// control character that is text.
std::optional<Refusal> check_text(std::string_view line);

// The name in "CONNECT name", whether or not it is a good one.
std::optional<std::string_view> requested_name(std::string_view line);

// What somebody who has a name asks for with a line.
struct Request {
    enum class Kind { say, ping, quit, unknown };
    Kind kind;
    std::string_view text;  // what is said, or stands behind the command
};

// "text" and "//text" say something ("/text" the latter), "/word text" is a
// command.
Request parse_request(std::string_view line);
// #endregion requests

// #region replies
// What the server says; each is one line, with its LF.
std::string welcome_line(std::size_t users);
std::string connected_line(std::string_view name);
std::string message_line(std::string_view name, std::string_view text);
std::string left_line(std::string_view name, std::string_view why);
std::string refusal_line(Refusal refusal);
std::string pong_line(std::string_view token);
std::string idle_line(std::chrono::nanoseconds silence);
std::string shutdown_line();
// #endregion replies

}  // namespace tincan::chat
