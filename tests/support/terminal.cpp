#include "tests/support/terminal.hpp"

#include <fmt/core.h>

#include <poll.h>
#include <sys/ioctl.h>
#include <vterm.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tincan::test {

using namespace std::chrono_literals;

// The terminal itself: what it shows, and what it was told.
struct Terminal::Emulator {
    explicit Emulator(ScreenSize size_)
        : size(size_), vterm(::vterm_new(size.rows, size.columns)) {
        ::vterm_set_utf8(vterm, 1);
        screen = ::vterm_obtain_screen(vterm);
        static const VTermScreenCallbacks callbacks = [] {
            VTermScreenCallbacks all{};
            all.settermprop = [](VTermProp what, VTermValue* value,
                                 void* self) {
                static_cast<Emulator*>(self)->set(what, *value);
                return 1;
            };
            return all;
        }();
        ::vterm_screen_set_callbacks(screen, &callbacks, this);
        ::vterm_screen_enable_altscreen(screen, 1);
        ::vterm_screen_reset(screen, 1);
    }
    Emulator(const Emulator&) = delete;
    Emulator& operator=(const Emulator&) = delete;
    ~Emulator() { ::vterm_free(vterm); }

    void set(VTermProp what, const VTermValue& value) {
        if (what == VTERM_PROP_ALTSCREEN) alternate = value.boolean != 0;
        if (what == VTERM_PROP_CURSORVISIBLE) visible = value.boolean != 0;
    }

    // What a terminal answers by itself, to "where is the cursor?".
    std::string take_answers() const {
        std::string answers(::vterm_output_get_buffer_current(vterm), '\0');
        answers.resize(
            ::vterm_output_read(vterm, answers.data(), answers.size()));
        return answers;
    }

    ScreenSize size;
    VTerm* vterm;
    VTermScreen* screen = nullptr;
    bool alternate = false;
    bool visible = true;
    std::string written;
};

namespace {

void set_size(const Socket& terminal, ScreenSize size) {
    winsize request{};
    request.ws_row = static_cast<unsigned short>(size.rows);
    request.ws_col = static_cast<unsigned short>(size.columns);
    check(::ioctl(terminal.fd(), TIOCSWINSZ, &request), "TIOCSWINSZ");
}

}  // namespace

Terminal::Terminal(const Command& command, ScreenSize size,
                   const ProcessOptions& options)
    : emulator_(std::make_unique<Emulator>(size)) {
    set_size(pty_.slave, size);
    ProcessOptions with_terminal = options;
    with_terminal.environment.try_emplace("TERM", "xterm-256color");
    with_terminal.environment.try_emplace("LC_ALL", "C.UTF-8");
    int descriptors[3] = {pty_.slave.fd(), pty_.slave.fd(), pty_.slave.fd()};
    child_ = std::make_unique<Child>(command, with_terminal, descriptors, true);
}

Terminal::~Terminal() = default;

void Terminal::signal(int number) const {
    child_->signal(number);
}
bool Terminal::running() const {
    return child_->running();
}
pid_t Terminal::pid() const {
    return child_->pid();
}

void Terminal::type(std::string_view keys) {
    Deadline deadline(default_patience);
    while (!keys.empty()) {
        ssize_t count = ::write(pty_.master.fd(), keys.data(), keys.size());
        if (count > 0) {
            keys.remove_prefix(static_cast<std::size_t>(count));
        } else if (deadline.passed()) {
            throw std::runtime_error("the program does not read its keys");
        } else {
            read_some(Deadline(10ms));  // it may wait for us to read first
        }
    }
}

void Terminal::resize(ScreenSize size) {
    emulator_->size = size;
    ::vterm_set_size(emulator_->vterm, size.rows, size.columns);
    set_size(pty_.master, size);
}

// False if the program wrote nothing before the deadline.
bool Terminal::read_some(Deadline deadline) {
    pollfd readable{pty_.master.fd(), POLLIN, 0};
    if (::poll(&readable, 1, deadline.poll_timeout()) <= 0) return false;
    std::array<char, 4096> buffer;
    ssize_t count = ::read(pty_.master.fd(), buffer.data(), buffer.size());
    if (count <= 0) return false;
    auto size = static_cast<std::size_t>(count);
    emulator_->written.append(buffer.data(), size);
    ::vterm_input_write(emulator_->vterm, buffer.data(), size);
    std::string answers = emulator_->take_answers();
    if (!answers.empty()) type(answers);
    return true;
}

void Terminal::wait_until(const std::function<bool(const Terminal&)>& condition,
                          std::string_view what,
                          std::chrono::milliseconds patience) {
    Deadline silence(patience);
    Deadline talk(4 * patience);  // for one that writes all the time
    while (!condition(*this)) {
        bool more = read_some(Deadline(20ms));
        if (!silence.passed() || (more && !talk.passed())) continue;
        std::optional<Exit> exit = child_->wait_exit(Deadline(0ms));
        throw std::runtime_error(
            fmt::format("waited for {}; the program {}; the screen is\n{}",
                        what, exit ? to_string(*exit) : "still runs", text()));
    }
}

void Terminal::wait_for_text(std::string_view wanted,
                             std::chrono::milliseconds patience) {
    wait_until(
        [&](const Terminal& terminal) {
            return terminal.text().find(wanted) != std::string::npos;
        },
        fmt::format("\"{}\"", wanted), patience);
}

void Terminal::wait_for_row(int row, std::string_view text) {
    wait_until([&](const Terminal& now) { return now.row(row) == text; },
               fmt::format("row {} is \"{}\"", row, text));
}

void Terminal::wait_for_cursor(int row, int column) {
    wait_until(
        [&](const Terminal& now) {
            return now.cursor() == Cursor{.row = row, .column = column};
        },
        fmt::format("the cursor stands at {}, {}", row, column));
}

std::optional<Exit> Terminal::wait_exit(std::chrono::milliseconds patience) {
    Deadline deadline(patience);
    std::optional<Exit> exit;
    while (!(exit = child_->wait_exit(Deadline(0ms))) && !deadline.passed()) {
        read_some(Deadline(20ms));
    }
    Deadline last(patience);  // a child of its may write for ever
    while (!last.passed() && read_some(Deadline(0ms)))
        continue;
    return exit;
}

std::string Terminal::row(int number) const {
    VTermRect rect{};
    rect.start_row = number;
    rect.end_row = number + 1;
    rect.end_col = emulator_->size.columns;
    // Up to 6 code points in a cell, up to 4 bytes each.
    std::string text(static_cast<std::size_t>(emulator_->size.columns) * 6 * 4,
                     '\0');
    text.resize(::vterm_screen_get_text(emulator_->screen, text.data(),
                                        text.size(), rect));
    text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

std::string Terminal::text() const {
    std::string all;
    for (int i = 0; i < emulator_->size.rows; ++i)
        all += row(i) + "\n";
    return all;
}

Cursor Terminal::cursor() const {
    VTermPos at{};
    ::vterm_state_get_cursorpos(::vterm_obtain_state(emulator_->vterm), &at);
    return {at.row, at.col, emulator_->visible};
}

bool Terminal::alternate_screen() const {
    return emulator_->alternate;
}

// libvterm does not tell; but it marks a paste only if it was asked to.
bool Terminal::bracketed_paste() const {
    ::vterm_keyboard_start_paste(emulator_->vterm);
    return !emulator_->take_answers().empty();
}

termios Terminal::modes() const {
    termios now{};
    check(::tcgetattr(pty_.slave.fd(), &now), "tcgetattr");
    return now;
}

const std::string& Terminal::written() const {
    return emulator_->written;
}

bool same_modes(const termios& a, const termios& b) {
    return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag &&
           a.c_cflag == b.c_cflag && a.c_lflag == b.c_lflag &&
           std::ranges::equal(a.c_cc, b.c_cc);
}

std::string screen_in_book(const std::string& name) {
    std::ifstream file(TINCAN_SOURCE_DIR "/book/results/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tincan::test
