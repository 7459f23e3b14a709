// Text messages between programs: UTF-8, ended by a NUL byte, which no other
// character of UTF-8 contains. Bytes become text, and text bytes, here at the
// border and nowhere else: the rest of a program may trust what it holds.
#pragma once

#include "01-blocking/framing.hpp"
#include "01-blocking/socket.hpp"
#include "01-blocking/text.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tincan {

// #region text
// A message as it came, if it is text. Throws FramingError if it isn't: better
// here than where somebody shows it, stores it or compares it.
inline std::string to_text(std::string message) {
    if (!is_utf8(message)) throw FramingError("message is not UTF-8");
    return message;
}

// The bytes that carry `text`. Throws FramingError if the other side would
// have to refuse them.
inline std::string to_bytes(std::string_view text) {
    if (text.size() > kMaxMessage) {
        throw FramingError(
            fmt::format("message longer than {} bytes", kMaxMessage));
    }
    return Delimited{}.encode(to_text(std::string(text)));
}
// #endregion text

// #region receive_message
// Waits for one message and returns it; what follows it is lost, so this is
// for protocols with one message in each direction. Nothing if the peer left
// without a word. Throws FramingError and std::system_error.
inline std::optional<std::string> receive_message(const Socket& socket) {
    Decoder<Delimited> decoder;
    std::array<char, 4096> buffer;
    while (std::size_t count = receive(socket, buffer)) {
        decoder.feed({buffer.data(), count});
        if (std::optional<std::string> message = decoder.next()) {
            return to_text(*std::move(message));
        }
    }
    return decoder.finish();
}
// #endregion receive_message

}  // namespace tincan
