// A line that is edited by any keys stays text, and its cursor between
// characters.
#include "01-blocking/text.hpp"
#include "06-coroutines/keys.hpp"
#include "07-chat/line_editor.hpp"
#include "tests/fuzz/input.hpp"

#include <clocale>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

constexpr std::size_t kLongest = 30;

bool is_shown_as_it_is(std::string_view text) {
    std::string shown = printable(text);
    std::erase(shown, '\\');
    std::string plain(text);
    std::erase(plain, '\\');
    return shown == plain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    static const char* const locale = std::setlocale(LC_CTYPE, "C.UTF-8");
    expect(locale != nullptr, "no locale of UTF-8");
    LineEditor editor(kLongest);
    KeyDecoder decoder;
    std::string before;
    for (const Key& key : decoder.feed(Input(data, size).rest())) {
        editor.apply(key);
        std::string line = std::string(editor.before_cursor()) +
                           std::string(editor.behind_cursor());
        expect(line.size() <= kLongest, "it is too long");
        expect(is_shown_as_it_is(editor.before_cursor()), "before the cursor");
        expect(is_shown_as_it_is(editor.behind_cursor()), "behind the cursor");
        expect(editor.empty() == line.empty(), "empty");
        if (key.kind == Key::Kind::left || key.kind == Key::Kind::right) {
            expect(line == before, "the cursor changes the text");
        }
        if (key.kind == Key::Kind::enter) {
            expect(editor.take() == line, "what is taken");
            expect(editor.empty(), "the next one begins empty");
            line.clear();
        }
        before = line;
    }
    return 0;
}
