// The lines that go over the wire, both ways: what each is made of, and
// nothing about who sends them when.
#pragma once

#include "07-chat/room.hpp"
#include "07-chat/wire.hpp"

#include <chrono>
#include <map>
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
// A first line that a browser, a proxy or a scanner would send; a web page can
// make a browser send any lines behind it.
bool is_http_request(std::string_view line);
// The first bytes of a connection that expects TLS, one at least.
bool is_tls_hello(std::string_view bytes);
// #endregion requests

// What the server says; each is one line, with its LF.
std::string event_line(const ChatEvent& event);
std::string refusal_line(Refusal refusal);
std::string pong_line(std::string_view token);
std::string idle_line(std::chrono::nanoseconds silence);
std::string shutdown_line();
std::string full_line();
std::string crowded_address_line();
// For people who come with a browser. Not one line, but HTTP.
std::string http_answer();

// The server speaks as a user of this name, which nobody else can have.
std::string server_line(std::string_view text);
// Which rooms there are, and who is in one.
std::string rooms_lines(const std::map<std::string, Room>& rooms);
std::string members_lines(const Room& room);
// "what: one, two, three", in lines of moderate length; `total` is how many
// there would be. Of a long list only the beginning is shown: nobody may be
// asked for more than fits into a receiver's queue.
std::string list_lines(std::string_view what,
                       const std::vector<std::string>& entries,
                       std::size_t total);

// How rooms tell of what happens in these lines.
const Wire& line_wire();

}  // namespace tincan::chat
