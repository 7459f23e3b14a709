// What the chat servers of stages 4, 5 and 6 have in common: each message is
// UTF-8 and ended by a NUL byte; everybody hears who said what, the speaker
// too. Who breaks that is sent away, and so is who does not read.
#pragma once

#include "01-blocking/message.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tincan {

constexpr const char* kNulChatPort = "4040";

// A client with more bytes than this waiting for it has stopped reading.
constexpr std::size_t kMaxUnsent = 256 * 1024;

using NulDecoder = Decoder<Delimited>;

// #region broadcast
// One message on its way out, encoded once and shared by everyone's queue.
using Broadcast = std::shared_ptr<const std::string>;

// "127.0.0.1:53412: text", framed. Throws FramingError if it is not text.
inline Broadcast make_broadcast(std::string_view peer, std::string message) {
    return std::make_shared<const std::string>(Delimited{}.encode(
        fmt::format("{}: {}", peer, to_text(std::move(message)))));
}
// #endregion broadcast

}  // namespace tincan
