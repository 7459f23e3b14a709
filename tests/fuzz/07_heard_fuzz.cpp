// Whatever a server sends: what is shown drives no terminal and fits on the
// screen, on whatever screen, and however far it is scrolled.
#include "01-blocking/text.hpp"
#include "07-chat/desk.hpp"
#include "07-chat/graphemes.hpp"
#include "07-chat/lines.hpp"
#include "tests/fuzz/input.hpp"

#include <chrono>
#include <clocale>
#include <optional>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

void expect_harmless(std::string_view text, int width) {
    expect(columns(text) <= width, "it is too wide");
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        expect(point.size != 0, "it isn't UTF-8");
        expect(!is_control(point.value), "it drives the terminal");
        text.remove_prefix(point.size);
    }
}

void expect_harmless(const Picture& picture, Size size) {
    expect(picture.rows.size() == static_cast<std::size_t>(size.rows), "rows");
    for (const Row& row : picture.rows)
        expect_harmless(text_of(row), size.columns);
    expect(picture.cursor_row < size.rows, "the cursor's row");
    expect(picture.cursor_column < size.columns, "the cursor's column");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    static const char* const locale = std::setlocale(LC_CTYPE, "C.UTF-8");
    expect(locale != nullptr, "no locale of UTF-8");
    Input input(data, size);
    Size screen{static_cast<int>(input.choose(12)) + 1,
                static_cast<int>(input.choose(60)) + 1};
    std::size_t seed = input.choose(256);
    Conversation talk;
    talk.be_curious();
    talk.typed("Ann");
    Desk desk;
    LineDecoder decoder(kLongestHeard, std::string::npos);
    TimePoint now{};
    for (std::string_view piece : cut(input.rest(), seed)) {
        while (std::optional<Line> line = decoder.next(piece)) {
            now += std::chrono::milliseconds(1);
            std::optional<Heard> heard = talk.heard(line->text, now);
            expect_harmless(talk.name(), 1 << 20);
            expect_harmless(talk.room(), 1 << 20);
            talk.take_answer();
            if (heard) desk.hear(*heard, talk, "14:05");
            if (line->text.size() % 3 == 0) {
                desk.press({Key::Kind::page_up}, screen);
            } else if (line->text.size() % 7 == 0) {
                desk.press({Key::Kind::page_down}, screen);
            }
        }
    }
    expect_harmless(desk.picture(talk, screen), screen);
    screen.columns = 80 - screen.columns;  // a resize
    expect_harmless(desk.picture(talk, screen), screen);
    return 0;
}
