#include "06-coroutines/terminal.hpp"

#include "01-blocking/socket.hpp"

#include <sys/ioctl.h>

#include <fmt/core.h>

#include <csignal>

namespace tincan {

bool on_terminal() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

TerminalSize terminal_size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_row == 0 ||
        size.ws_col == 0) {
        return {24, 80};
    }
    return {size.ws_row, size.ws_col};
}

void stop_this_process() {
    struct sigaction by_default {};
    struct sigaction before {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &by_default, &before);
    ::raise(SIGTSTP);
    ::sigaction(SIGTSTP, &before, nullptr);
}

std::vector<int> ending_signals() {
    return {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2};
}

void write_terminal(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (count == -1 && errno == EINTR) continue;
        if (count == -1) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string to_row(int row) {
    return fmt::format("\033[{};1H", row);
}

// #region cbreak
CbreakMode::CbreakMode() {
    check(::tcgetattr(STDIN_FILENO, &before_), "stdin");
    apply();
}

void CbreakMode::apply() const {
    termios mode = before_;
    // Without ICANON the terminal keeps no line back until Enter is pressed.
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;   // a read waits for one byte,
    mode.c_cc[VTIME] = 0;  // however long
    ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

CbreakMode::~CbreakMode() {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}
// #endregion cbreak

}  // namespace tincan
