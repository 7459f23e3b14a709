#include "07-chat/conversation.hpp"

#include "07-chat/graphemes.hpp"

#include <fmt/core.h>

namespace tincan::chat {

namespace {

constexpr std::string_view kPing = "/ping alive\n";
constexpr std::string_view kPong = "-server- pong alive";

}  // namespace

std::string Conversation::typed(std::string_view line) {
    leaving_ = line == "/quit" || line.starts_with("/quit ");
    if (joined_) return fmt::format("{}\n", line);
    if (leaving_) return "";
    refused_ = false;
    name_ = visible_text(line);
    return fmt::format("CONNECT {}\n", line);
}

std::string Conversation::sign_of_life() const {
    return std::string(kPing);
}

std::optional<std::string> Conversation::heard(std::string_view line) {
    if (line == kPong) return std::nullopt;
    if (!joined_) {
        joined_ = line.starts_with("Welcome!");
        refused_ = line.starts_with("! ");
    }
    return visible_text(line);
}

}  // namespace tincan::chat
