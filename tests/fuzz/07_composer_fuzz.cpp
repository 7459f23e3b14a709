// Whatever is typed and pasted: what is sent are lines of text, none of them
// empty or too long, and many at once only after a yes.
#include "01-blocking/text.hpp"
#include "07-chat/composer.hpp"
#include "tests/fuzz/input.hpp"

#include <clocale>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

constexpr std::size_t kLongest = 30;

void expect_text(std::string_view text) {
    expect(text.size() <= kLongest, "it is too long");
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        expect(point.size != 0 && !is_control(point.value), "it is no text");
        text.remove_prefix(point.size);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    static const char* const locale = std::setlocale(LC_CTYPE, "C.UTF-8");
    expect(locale != nullptr, "no locale of UTF-8");
    People people(5);
    for (const char* name : {"Ann", "Anton", "Bob", "Émile"})
        people.here(name);
    people.i_am("Bob");
    Composer composer(kLongest);
    KeyDecoder decoder;
    for (const Key& key : decoder.feed(Input(data, size).rest())) {
        bool asked = composer.question().has_value();
        std::vector<std::string> lines = composer.press(key, people);
        for (const std::string& line : lines) {
            expect(!line.empty(), "an empty line");
            expect_text(line);
            people.spoke(line, true);
        }
        expect(lines.size() <= kLinesUnasked || (asked && key.text == "y") ||
                   key.text == "Y",
               "nobody was asked");
        expect_text(composer.line().text());
        expect_text(composer.line().before_cursor());
        expect(people.beginning_with("").size() <= 5, "too many people");
    }
    return 0;
}
