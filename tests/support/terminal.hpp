// A program on a terminal of its own: a pty whose other end is libvterm, which
// understands escape sequences as a real terminal does. A test types keys and
// reads the screen.
//
//   Terminal terminal({path, "127.0.0.1", port}, {.rows = 24, .columns = 80});
//   terminal.type("hello\r");
//   terminal.wait_for_text("Ann: hello");
//
// Files that use it are called NN_*_terminal_test.cpp: they are left out of
// the build where libvterm is missing.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/pty.hpp"

#include <termios.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tincan::test {

struct ScreenSize {
    int rows = 24;
    int columns = 80;
};

struct Cursor {
    int row = 0;  // from 0
    int column = 0;
    bool visible = true;
    bool operator==(const Cursor&) const = default;
};

class Terminal {
public:
    explicit Terminal(const Command& command, ScreenSize size = {},
                      const ProcessOptions& options = {});
    ~Terminal();

    // As the keyboard sends it: "\r" is Enter, "\x03" Ctrl-C, "\x1b[A" the
    // arrow up.
    void type(std::string_view keys);
    // The program is told by SIGWINCH.
    void resize(ScreenSize size);
    void signal(int number) const;

    // Reads what the program writes until `condition` holds for the screen;
    // throws std::runtime_error with the screen if it does not in time.
    void wait_until(const std::function<bool(const Terminal&)>& condition,
                    std::string_view what,
                    std::chrono::milliseconds patience = default_patience);
    void wait_for_text(std::string_view text,
                       std::chrono::milliseconds patience = default_patience);
    void wait_for_row(int row, std::string_view text);
    void wait_for_cursor(int row, int column);
    // Reads to the program's end.
    std::optional<Exit> wait_exit(
        std::chrono::milliseconds patience = default_patience);
    bool running() const;
    pid_t pid() const;

    // The screen as UTF-8, without the blanks at the ends of rows.
    std::string row(int number) const;
    std::string text() const;  // all rows, each with an LF
    Cursor cursor() const;
    bool alternate_screen() const;
    bool bracketed_paste() const;
    // What a program must leave as it found it: compare with same_modes.
    termios modes() const;
    // Every byte the program has written so far.
    const std::string& written() const;

    static constexpr std::chrono::milliseconds default_patience{5000};

private:
    struct Emulator;

    bool read_some(Deadline deadline);

    Pty pty_;  // whole, so the terminal outlives the program
    std::unique_ptr<Emulator> emulator_;
    std::unique_ptr<Child> child_;
};

bool same_modes(const termios& a, const termios& b);

// The screen that the book shows: what is in book/results/NAME.
std::string screen_in_book(const std::string& name);

}  // namespace tincan::test
