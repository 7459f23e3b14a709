// Framing: where in a stream of bytes does one message end and the next begin?
//
// Four answers, each a small type with two members: `encode` wraps a message
// for its journey, `find` says where the first message lies in the bytes that
// have come so far. One Decoder serves them all; it doesn't mind how the
// network cut the bytes into pieces.
//
//   Decoder<Delimited> decoder;
//   while (std::size_t count = receive(socket, buffer)) {
//       decoder.feed({buffer.data(), count});
//       while (std::optional<std::string> message = decoder.next()) …
//   }
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace tincan {

// What came can't be a message, or what is to go can't be sent as one.
class FramingError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// #region frame
// The first message of some bytes: `size` bytes from `start`. The next one
// begins at `end`. While `end` lies behind the last byte that has come, the
// message isn't complete, and `size` says how long it is at least.
struct Frame {
    std::size_t start;
    std::size_t size;
    std::size_t end;
};
// #endregion frame

// #region until_close
// 1. The message is all that comes until the sender hangs up.
struct UntilClose {
    std::string encode(std::string_view message) const {
        return std::string(message);
    }
    Frame find(std::string_view bytes, std::size_t /*searched*/) const {
        return {.start = 0, .size = bytes.size(), .end = bytes.size() + 1};
    }
};
// #endregion until_close

// #region fixed_length
// 2. Every message takes `length` bytes; a shorter one is padded at its end.
class FixedLength {
public:
    explicit FixedLength(std::size_t length, char padding = '\0')
        : length_(length), padding_(padding) {
        if (length == 0) throw std::invalid_argument("blocks of no bytes");
    }

    std::string encode(std::string_view message) const {
        if (message.size() > length_) {
            throw FramingError(
                fmt::format("message longer than {} bytes", length_));
        }
        if (message.ends_with(padding_)) {
            throw FramingError("message ends like padding");
        }
        std::string block(message);
        block.resize(length_, padding_);
        return block;
    }
    Frame find(std::string_view bytes, std::size_t /*searched*/) const {
        if (bytes.size() < length_) {
            return {.start = 0, .size = 0, .end = length_};
        }
        std::size_t last = bytes.substr(0, length_).find_last_not_of(padding_);
        std::size_t size = last == bytes.npos ? 0 : last + 1;
        return {.start = 0, .size = size, .end = length_};
    }

private:
    std::size_t length_;
    char padding_;
};
// #endregion fixed_length

// #region length_prefix
// 3. Four bytes before each message tell its length, the highest first (the
// order of bytes that networks agreed on).
struct LengthPrefix {
    static constexpr std::size_t kPrefix = 4;

    std::string encode(std::string_view message) const {
        if (message.size() > UINT32_MAX) {
            throw FramingError("message longer than 4294967295 bytes");
        }
        std::string frame;
        for (int shift : {24, 16, 8, 0}) {
            frame += static_cast<char>(message.size() >> shift & 0xff);
        }
        return frame.append(message);
    }
    Frame find(std::string_view bytes, std::size_t /*searched*/) const {
        if (bytes.size() < kPrefix) {
            return {.start = kPrefix, .size = 0, .end = kPrefix};
        }
        std::size_t size = 0;
        for (char byte : bytes.substr(0, kPrefix)) {
            size = size << 8 | static_cast<unsigned char>(byte);
        }
        return {.start = kPrefix, .size = size, .end = kPrefix + size};
    }
};
// #endregion length_prefix

// #region delimited
// 4. A byte that no message contains ends each of them.
struct Delimited {
    char delimiter = '\0';

    std::string encode(std::string_view message) const {
        if (message.find(delimiter) != message.npos) {
            throw FramingError("message contains the delimiter");
        }
        return std::string(message) + delimiter;
    }
    // The first `searched` bytes were looked at when fewer had come: without
    // this, a message that comes byte by byte would cost its length squared.
    Frame find(std::string_view bytes, std::size_t searched) const {
        std::size_t size = bytes.find(delimiter, searched);
        if (size == bytes.npos) size = bytes.size();
        return {.start = 0, .size = size, .end = size + 1};
    }
};
// #endregion delimited

inline constexpr std::size_t kMaxMessage = 65536;  // bytes

// #region decoder
// Bytes in, in pieces of any size; messages out. Keeps what is not a whole
// message yet, and never more of it than `limit` bytes and one piece, as long
// as the messages are taken out after each piece. FramingError ends the stream
// for good: behind a broken frame nobody knows where the next one begins.
template <typename Framing>
class Decoder {
public:
    explicit Decoder(Framing framing = {}, std::size_t limit = kMaxMessage)
        : framing_(framing), limit_(limit) {}

    void feed(std::string_view bytes) {
        bytes_.erase(0, taken_);
        taken_ = 0;
        bytes_ += bytes;
    }

    // The next message, or nothing until more bytes have come. A message of
    // more than `limit` bytes is an error as soon as that much is known, which
    // may be long before its bytes have come, and before they take memory.
    std::optional<std::string> next() {
        Frame frame = framing_.find(rest(), searched_);
        if (frame.size > limit_) {
            throw FramingError(
                fmt::format("message longer than {} bytes", limit_));
        }
        if (frame.end > rest().size()) {
            searched_ = rest().size();
            return std::nullopt;
        }
        std::string message(rest().substr(frame.start, frame.size));
        taken_ += frame.end;
        searched_ = 0;
        return message;
    }

    // What to make of the end of the stream: where it ends a message, that
    // one; nothing if all messages were complete; else an error, because half
    // a message is none.
    std::optional<std::string> finish() {
        if constexpr (std::is_same_v<Framing, UntilClose>) {
            return std::string(rest());
        }
        if (!rest().empty()) {
            throw FramingError("the stream ended inside a message");
        }
        return std::nullopt;
    }

    // What has come of the next message.
    std::string_view rest() const {
        return std::string_view(bytes_).substr(taken_);
    }

private:
    Framing framing_;
    std::size_t limit_;
    std::string bytes_;
    std::size_t taken_ = 0;     // bytes_ before this are of messages taken
    std::size_t searched_ = 0;  // of rest()
};
// #endregion decoder

}  // namespace tincan
