// Lines of the chat, in whatever pieces they come, against a search in the
// whole text.
#include "07-chat/lines.hpp"
#include "tests/fuzz/input.hpp"

using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

constexpr std::size_t kLongest = 8;
constexpr std::size_t kEndless = 20;

using Outcome = std::vector<std::string>;

std::string to_string(const Line& line) {
    switch (line.kind) {
        case Line::Kind::text:
            return "text " + line.text;
        case Line::Kind::too_long:
            return "too long";
        case Line::Kind::endless:
            return "endless";
    }
    fail("no such kind of line");
}

Outcome decode(std::string_view text, std::size_t seed) {
    LineDecoder decoder(kLongest, kEndless);
    Outcome outcome;
    for (std::string_view piece : cut(text, seed)) {
        while (std::optional<Line> line = decoder.next(piece)) {
            outcome.push_back(to_string(*line));
            if (line->kind == Line::Kind::endless) return outcome;
        }
        expect(piece.empty(), "bytes are left over");
    }
    if (std::optional<Line> line = decoder.finish()) {
        outcome.push_back(to_string(*line));
    }
    return outcome;
}

Outcome split(std::string_view text) {
    Outcome outcome;
    while (!text.empty()) {
        std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.size() > kEndless) {
            outcome.push_back("endless");
            break;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        outcome.push_back(line.size() > kLongest ? "too long"
                                                 : "text " + std::string(line));
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    Input input(data, size);
    std::size_t seed = input.choose(256);
    expect(decode(input.rest(), seed) == split(input.rest()), "lines differ");
    return 0;
}
