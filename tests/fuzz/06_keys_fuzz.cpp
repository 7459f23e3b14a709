// Keys from a terminal's bytes: the same ones in whatever pieces they come, and
// none that would drive the terminal when it is shown.
#include "01-blocking/text.hpp"
#include "06-coroutines/keys.hpp"
#include "tests/fuzz/input.hpp"

using namespace tincan;
using namespace tincan::fuzz;

namespace {

std::vector<Key> decode(std::string_view text, std::size_t seed) {
    KeyDecoder decoder;
    std::vector<Key> keys;
    for (std::string_view piece : cut(text, seed)) {
        std::vector<Key> some = decoder.feed(piece);
        keys.insert(keys.end(), some.begin(), some.end());
    }
    std::vector<Key> last = decoder.settle();
    expect(!decoder.in_doubt(), "in doubt after it was settled");
    keys.insert(keys.end(), last.begin(), last.end());
    return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    Input input(data, size);
    std::size_t seed = input.choose(256);
    std::string_view text = input.rest();
    std::vector<Key> keys = decode(text, seed);
    expect(keys == decode(text, 0), "the pieces make a difference");
    expect(keys.size() <= text.size(), "more keys than bytes");
    for (const Key& key : keys) {
        if (key.kind == Key::Kind::character) {
            CodePoint point = decode_utf8(key.text);
            expect(point.size == key.text.size() && point.size != 0 &&
                       !is_control(point.value),
                   "a character is one code point, and no control");
            expect(text.find(key.text) != text.npos, "it was not typed");
        } else if (key.kind == Key::Kind::control) {
            expect(key.text.size() == 1 && key.text[0] >= 'a' &&
                       key.text[0] <= 'z',
                   "Ctrl and a letter");
        } else {
            expect(key.text.empty(), "other keys have no text");
        }
    }
    return 0;
}
