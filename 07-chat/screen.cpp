#include "07-chat/screen.hpp"

#include "06-coroutines/terminal.hpp"
#include "07-chat/palette.hpp"

#define NCURSES_NOMACROS  // functions, not macros named erase and move
#include <curses.h>
#include <term.h>
#include <unistd.h>
// term.h has macros all the same.
#undef columns
#undef tone

#include <clocale>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string_view>

namespace tincan::chat {

namespace {

// #region tell_more
// Marks around what is pasted, and word when the window gets or loses the
// focus: as keys that nobody has. Terminals without either ignore this.
constexpr std::string_view kTellMore = "\033[?2004h\033[?1004h";
constexpr std::string_view kTellLess = "\033[?1004l\033[?2004l";
// #endregion tell_more

}  // namespace

void use_utf8_locale() {
    for (const char* locale : {"", "C.UTF-8"}) {
        // Euro sign, as a test: one character of three bytes.
        if (std::setlocale(LC_CTYPE, locale) != nullptr &&
            std::mblen("\xe2\x82\xac", 3) == 3) {
            return;
        }
    }
    throw std::runtime_error("no locale with UTF-8; try LC_ALL=C.UTF-8");
}

bool can_draw() {
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
        return false;
    }
    int error = 0;
    if (::setupterm(nullptr, STDOUT_FILENO, &error) == ERR) return false;
    const char* move_cursor = ::tigetstr("cup");
    bool can = move_cursor != nullptr && move_cursor[0] != '\0';
    ::del_curterm(::cur_term);
    return can;
}

Screen::Screen() : screen_(::newterm(nullptr, stdout, stdin)) {
    if (screen_ == nullptr) {
        throw std::runtime_error("ncurses can't use this terminal");
    }
    ::cbreak();  // keys come at once, but Ctrl-C and Ctrl-Z stay signals
    ::noecho();
    ::nonl();         // Enter and Ctrl-J are two keys
    ::typeahead(-1);  // or drawing would stop while keys wait to be read
    take_colours();
    start_afresh();
}

Screen::~Screen() {
    give_back();
    ::delscreen(screen_);
}

void Screen::give_back() {
    write_terminal(kTellLess);
    ::endwin();
}

// On the terminal's own background, whichever that is. https://no-color.org
void Screen::take_colours() {
    const char* unwanted = std::getenv("NO_COLOR");
    bool wanted = unwanted == nullptr || unwanted[0] == '\0';
    if (!wanted || !::has_colors() || ::start_color() == ERR ||
        ::use_default_colors() == ERR) {
        return;
    }
    std::span<const short> palette(kFewNameColours);
    if (COLORS >= 256) palette = kNameColours;
    if (COLORS < 8 || COLOR_PAIRS <= static_cast<int>(palette.size())) return;
    for (short colour : palette)
        ::init_pair(static_cast<short>(++colours_), colour, -1);
}

Size Screen::size() const {
    return {LINES, COLS};
}

void Screen::draw(const Picture& picture) {
    ::erase();
    for (std::size_t i = 0; i < picture.rows.size(); ++i) {
        ::move(static_cast<int>(i), 0);
        draw(picture.rows[i]);
    }
    ::move(picture.cursor_row, picture.cursor_column);
    ::refresh();
}

void Screen::draw(const Row& row) const {
    for (const Span& span : row) {
        switch (span.tone) {
            case Tone::plain:
                break;
            case Tone::quiet:
                ::attron(A_DIM);
                break;
            case Tone::alert:
                ::attron(A_BOLD);
                break;
            case Tone::bar:
                ::attron(A_REVERSE);
                break;
            case Tone::name:
                if (colours_ == 0) {
                    ::attron(A_BOLD);
                } else {
                    auto pair =
                        1 + span.colour % static_cast<unsigned>(colours_);
                    ::attron(COLOR_PAIR(static_cast<int>(pair)));
                }
                break;
        }
        ::addstr(span.text.c_str());
        ::attrset(A_NORMAL);
    }
}

void Screen::start_afresh() {
    TerminalSize size = terminal_size();
    ::resizeterm(size.rows, size.columns);
    ::reset_prog_mode();  // a shell may have changed it meanwhile
    ::clearok(curscr, TRUE);
    write_terminal(kTellMore);
}

void Screen::suspend() {
    give_back();
    stop_this_process();
    start_afresh();
}

}  // namespace tincan::chat
