// The lines that go over the wire, both ways: what each is made of, and
// nothing about who sends them when.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

// What a line can be refused for; the numbers are on the wire.
enum class Refusal {
    no_such_user = 401,
    line_too_long = 417,
    unknown_command = 421,
    bad_name = 432,
    name_taken = 433,
    not_connected = 451,
    not_utf8 = 600,
    control_character = 601,
    too_fast = 602,
};

// #region requests
// Text that may be passed on to other people's terminals? TAB is the only
// control character that is text.
std::optional<Refusal> check_text(std::string_view line);

// The name in "CONNECT name", whether or not it is a good one.
std::optional<std::string_view> requested_name(std::string_view line);
// #endregion requests

// #region replies
// What the server says; each is one line, with its LF.
std::string welcome_line(std::size_t users);
std::string connected_line(std::string_view name);
std::string message_line(std::string_view name, std::string_view text);
std::string left_line(std::string_view name, std::string_view why);
std::string renamed_line(std::string_view name, std::string_view now);
std::string act_line(std::string_view name, std::string_view text);
std::string whisper_line(std::string_view name, std::string_view text);
std::string went_line(std::string_view name, std::string_view room);
std::string came_line(std::string_view name, std::string_view room);
std::string refusal_line(Refusal refusal);
std::string pong_line(std::string_view token);
std::string idle_line(std::chrono::nanoseconds silence);
std::string shutdown_line();

// The server speaks as a user of this name, which nobody else can have.
std::string server_line(std::string_view text);
// A room in a list of rooms.
std::string room_entry(std::string_view room, std::size_t users);
// "what: one, two, three", in lines of moderate length; of a long list only the
// beginning, and how much more there is: nobody may be asked for more than fits
// into a receiver's queue.
std::string list_lines(std::string_view what,
                       const std::vector<std::string>& entries);
// #endregion replies

}  // namespace tincan::chat
