// The four framings: what goes in comes out, however the network cuts it.

#include "01-blocking/framing.hpp"
#include "01-blocking/message.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace tincan;
using namespace std::string_literals;

namespace {

using Messages = std::vector<std::string>;

// What a decoder makes of pieces, with how it ended if that was an error.
template <typename Framing>
Messages decode(const Framing& framing, const Messages& pieces,
                std::size_t limit = kMaxMessage) {
    Decoder decoder(framing, limit);
    Messages messages;
    try {
        for (const std::string& piece : pieces) {
            decoder.feed(piece);
            while (auto message = decoder.next())
                messages.push_back(*message);
        }
        if (auto last = decoder.finish()) messages.push_back(*last);
    } catch (const FramingError& error) {
        messages.push_back("error: "s + error.what());
    }
    return messages;
}

template <typename Framing>
std::string encode(const Framing& framing, const Messages& messages) {
    std::string bytes;
    for (const std::string& message : messages) {
        bytes += framing.encode(message);
    }
    return bytes;
}

// `bytes` cut behind each place whose bit is set in `cuts`.
Messages cut(const std::string& bytes, const std::vector<bool>& cuts) {
    Messages pieces(1);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        pieces.back() += bytes[i];
        if (cuts[i]) pieces.emplace_back();
    }
    return pieces;
}

// Every way there is to cut a short stream.
template <typename Framing>
void expect_same_for_all_splits(const Framing& framing,
                                const std::string& bytes,
                                const Messages& expected) {
    ASSERT_LE(bytes.size(), 16U);
    for (unsigned ways = 0; ways < 1U << bytes.size(); ++ways) {
        std::vector<bool> cuts(bytes.size());
        for (std::size_t i = 0; i < cuts.size(); ++i)
            cuts[i] = ways >> i & 1;
        ASSERT_EQ(decode(framing, cut(bytes, cuts), 5), expected)
            << "cut as in the bits of " << ways;
    }
}

// Long messages of random bytes, cut at random.
template <typename Framing>
void expect_same_for_random_splits(const Framing& framing, bool binary) {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        Messages messages(random() % 8);
        for (std::string& message : messages) {
            message.resize(random() % 40);
            for (char& c : message) {
                c = static_cast<char>(binary ? random() : 'a' + random() % 26);
            }
            if (binary) message += '.';  // no block may end like its padding
        }
        std::string bytes = encode(framing, messages);
        std::vector<bool> cuts(bytes.size());
        auto density = 1 + random() % 50;
        for (auto&& here : cuts)
            here = random() % density == 0;
        ASSERT_EQ(decode(framing, cut(bytes, cuts)), messages);
    }
}

TEST(Framing, AnySplitGivesTheSameMessages) {
    expect_same_for_all_splits(Delimited{}, "ab\0\0c\0defgh\0"s,
                               {"ab", "", "c", "defgh"});
    expect_same_for_all_splits(LengthPrefix{}, "\0\0\0\2ab\0\0\0\0\0\0\0\1c"s,
                               {"ab", "", "c"});
    expect_same_for_all_splits(FixedLength(4), "ab\0\0\0\0\0\0cdef"s,
                               {"ab", "", "cdef"});
    expect_same_for_all_splits(UntilClose{}, "a\0b"s, {"a\0b"s});

    expect_same_for_random_splits(Delimited{}, false);
    expect_same_for_random_splits(LengthPrefix{}, true);
    expect_same_for_random_splits(FixedLength(48), true);
}

TEST(Framing, AnySplitGivesTheSameError) {
    expect_same_for_all_splits(Delimited{}, "ab\0cdefgh\0i\0"s,
                               {"ab", "error: message longer than 5 bytes"});
    expect_same_for_all_splits(LengthPrefix{}, "\0\0\0\1a\0\0\0\6bcdefg"s,
                               {"a", "error: message longer than 5 bytes"});
    expect_same_for_all_splits(UntilClose{}, "abcdef",
                               {"error: message longer than 5 bytes"});
    expect_same_for_all_splits(
        Delimited{}, "ab\0c"s,
        {"ab", "error: the stream ended inside a message"});
    expect_same_for_all_splits(
        FixedLength(4), "abcdef",
        {"abcd", "error: the stream ended inside a message"});
    expect_same_for_all_splits(LengthPrefix{}, "\0\0"s,
                               {"error: the stream ended inside a message"});
}

TEST(Framing, AMessageTooLongIsRefusedBeforeItHasCome) {
    Decoder<LengthPrefix> decoder;
    decoder.feed("\xff\xff\xff\xff");
    EXPECT_THROW(decoder.next(), FramingError);
    EXPECT_THROW(decoder.next(), FramingError) << "the stream is broken";

    Decoder<Delimited> lines(Delimited{'\n'}, 10);
    for (int i = 0; i < 10; ++i) {
        lines.feed("x");
        EXPECT_EQ(lines.next(), std::nullopt);
    }
    lines.feed("x");
    EXPECT_THROW(lines.next(), FramingError);
}

TEST(Framing, FixedBlocksCannotBeEmpty) {
    EXPECT_THROW(FixedLength(0), std::invalid_argument);
}

TEST(Framing, EachRefusesToSendWhatItCannotCarry) {
    EXPECT_THROW(Delimited{}.encode("a\0b"s), FramingError);
    EXPECT_THROW(Delimited{'\n'}.encode("two\nlines"), FramingError);
    EXPECT_THROW(FixedLength(4).encode("abcde"), FramingError);
    EXPECT_THROW(FixedLength(4).encode("ab\0"s), FramingError);
    EXPECT_THROW(FixedLength(4, ' ').encode("ab "), FramingError);
    EXPECT_NO_THROW(FixedLength(4).encode(""));
    EXPECT_NO_THROW(LengthPrefix{}.encode("a\0b"s));
}

TEST(Framing, ADelimiterIsNotLookedForTwiceInTheSameBytes) {
    Frame frame = Delimited{}.find("a\0b\0"s, 2);
    EXPECT_EQ(frame.size, 3U) << "the first two bytes were searched already";
}

TEST(Framing, TheThreeCheesesArriveInThreePieces) {
    Decoder<Delimited> decoder;
    decoder.feed("caerphil");
    EXPECT_EQ(decoder.next(), std::nullopt);
    EXPECT_EQ(decoder.rest(), "caerphil");
    decoder.feed("ly\0illches"s);
    EXPECT_EQ(decoder.next(), "caerphilly");
    EXPECT_EQ(decoder.next(), std::nullopt);
    EXPECT_EQ(decoder.rest(), "illches");
    decoder.feed("ter\0brie\0"s);
    EXPECT_EQ(decoder.next(), "illchester");
    EXPECT_EQ(decoder.next(), "brie");
    EXPECT_EQ(decoder.next(), std::nullopt);
    EXPECT_EQ(decoder.finish(), std::nullopt);
}

TEST(Message, OnlyTextCrossesTheBorder) {
    EXPECT_EQ(to_text("鼻"), "鼻");
    EXPECT_EQ(to_text(""), "");
    EXPECT_THROW(to_text("\xff"), FramingError);
    EXPECT_EQ(to_bytes("鼻"), "鼻\0"s);
    EXPECT_THROW(to_bytes("\xff"), FramingError);
    EXPECT_THROW(to_bytes("a\0b"s), FramingError);
    EXPECT_NO_THROW(to_bytes(std::string(kMaxMessage, 'x')));
    EXPECT_THROW(to_bytes(std::string(kMaxMessage + 1, 'x')), FramingError);
}

}  // namespace
