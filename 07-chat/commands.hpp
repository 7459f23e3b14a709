// What somebody who has a name asks for with a line.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tincan::chat {

struct Request {
    enum class Kind {
        say,
        nick,
        join,
        rooms,
        who,
        msg,
        me,
        ping,
        help,
        quit,
        unknown
    };
    Kind kind;
    std::string_view text;  // what is said, or stands behind the command
};

// "text" and "//text" say something ("/text" the latter), "/word text" is a
// command.
Request parse_request(std::string_view line);

// "NAME TEXT": what is before the first space, and what is behind it.
std::pair<std::string_view, std::string_view> split_word(std::string_view text);

// What there is to ask for, in lines of the server's.
std::string help_lines();

}  // namespace tincan::chat
