#include "07-chat/screen.hpp"

#include "06-coroutines/terminal.hpp"

#define NCURSES_NOMACROS  // functions, not macros named erase and move
#include <curses.h>
#include <term.h>
#include <unistd.h>
#undef columns  // term.h has macros all the same

#include <clocale>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

namespace tincan::chat {

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
    start_afresh();
}

Screen::~Screen() {
    ::endwin();
    ::delscreen(screen_);
}

Size Screen::size() const {
    return {LINES, COLS};
}

void Screen::draw(const Picture& picture) {
    ::erase();
    for (std::size_t i = 0; i < picture.rows.size(); ++i) {
        int row = static_cast<int>(i);
        if (row == picture.status_row) ::attron(A_REVERSE);
        ::mvaddstr(row, 0, picture.rows[i].c_str());
        ::attrset(A_NORMAL);
    }
    ::move(picture.cursor_row, picture.cursor_column);
    ::refresh();
}

void Screen::start_afresh() {
    TerminalSize size = terminal_size();
    ::resizeterm(size.rows, size.columns);
    ::reset_prog_mode();  // a shell may have changed it meanwhile
    ::clearok(curscr, TRUE);
}

void Screen::suspend() {
    ::endwin();
    stop_this_process();
    start_afresh();
}

}  // namespace tincan::chat
