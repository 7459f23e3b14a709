// The client's side of the protocol: what a typed line sends, what a line
// that comes in shows. Knows neither sockets nor screens.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::chat {

// More than the server's longest line: a name, its text and what is around.
inline constexpr std::size_t kLongestHeard = 4096;
inline constexpr std::size_t kLongestTyped = 1024;

// Who only listens asks for a sign of life this often, and so gives one.
inline constexpr std::chrono::seconds kSignOfLife{20};

class Conversation {
public:
    // What to send for a line that the user entered: names, until the server
    // accepts one.
    std::string typed(std::string_view line);

    // The same for the sign of life.
    std::string sign_of_life() const;

    // What to show for a line of the server's; nothing if it was for us alone.
    std::optional<std::string> heard(std::string_view line);

    bool joined() const { return joined_; }
    // The name was refused: another one may be tried.
    bool refused() const { return refused_; }
    // The user has said /quit.
    bool leaving() const { return leaving_; }
    const std::string& name() const { return name_; }

private:
    bool joined_ = false;
    bool refused_ = false;
    bool leaving_ = false;
    std::string name_;  // the last one tried
};

}  // namespace tincan::chat
