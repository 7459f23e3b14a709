// Frames, in whatever pieces they come, against a search in the whole text.
#include "01-blocking/framing.hpp"
#include "tests/fuzz/input.hpp"

#include <optional>

using namespace tincan;
using namespace tincan::fuzz;

namespace {

constexpr std::size_t kLimit = 40;

// The messages of a stream, then how it ended.
struct Outcome {
    std::vector<std::string> messages;
    bool error = false;
    bool operator==(const Outcome&) const = default;
};

template <typename Framing>
Outcome decode(Framing framing, std::string_view text, std::size_t seed) {
    Outcome outcome;
    Decoder<Framing> decoder(framing, kLimit);
    try {
        for (std::string_view piece : cut(text, seed)) {
            decoder.feed(piece);
            while (std::optional<std::string> message = decoder.next())
                outcome.messages.push_back(std::move(*message));
            expect(decoder.rest().size() <= kLimit + 8 || seed == 0,
                   "more is kept than the limit and a piece");
        }
        decoder.finish();
    } catch (const FramingError&) {
        outcome.error = true;
    }
    return outcome;
}

// One message from the front of `text`; nothing, and perhaps an error, if
// there is none.
using Naive = std::optional<std::string> (*)(std::string_view& text,
                                             bool& error);

std::optional<std::string> naive_line(std::string_view& text, bool& error) {
    std::size_t end = text.find('\n');
    error = std::min(end, text.size()) > kLimit;
    if (error || end == text.npos) return std::nullopt;
    std::string message(text.substr(0, end));
    text.remove_prefix(end + 1);
    return message;
}

std::optional<std::string> naive_prefix(std::string_view& text, bool& error) {
    if (text.size() < 4) return std::nullopt;
    std::size_t size = 0;
    for (char byte : text.substr(0, 4))
        size = size * 256 + static_cast<unsigned char>(byte);
    error = size > kLimit;
    if (error || text.size() - 4 < size) return std::nullopt;
    std::string message(text.substr(4, size));
    text.remove_prefix(4 + size);
    return message;
}

std::optional<std::string> naive_block(std::string_view& text, bool&) {
    if (text.size() < 5) return std::nullopt;
    std::string message(text.substr(0, 5));
    while (message.ends_with(' '))
        message.pop_back();
    text.remove_prefix(5);
    return message;
}

Outcome split(std::string_view text, Naive next) {
    Outcome outcome;
    while (auto message = next(text, outcome.error))
        outcome.messages.push_back(*message);
    outcome.error = outcome.error || !text.empty();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    Input input(data, size);
    std::size_t framing = input.choose(3);
    std::size_t seed = input.choose(256);
    std::string_view text = input.rest();
    if (framing == 0) {
        expect(decode(Delimited{'\n'}, text, seed) == split(text, naive_line),
               "delimited");
    } else if (framing == 1) {
        expect(decode(LengthPrefix(), text, seed) == split(text, naive_prefix),
               "length prefix");
    } else {
        expect(
            decode(FixedLength(5, ' '), text, seed) == split(text, naive_block),
            "fixed length");
    }
    return 0;
}
