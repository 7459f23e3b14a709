// The terminal by hand: its modes, its size, and the escape sequences that
// move the cursor. termios(3), console_codes(4)
#pragma once

#include <termios.h>

#include <string>
#include <string_view>
#include <vector>

namespace tincan {

// True if both descriptor 0 and 1 are a terminal.
bool on_terminal();

struct TerminalSize {
    int rows;
    int columns;
};

// What the kernel says of the terminal behind stdout; 24 by 80 if it doesn't
// know. Each change is announced by SIGWINCH. ioctl(2), TIOCGWINSZ
TerminalSize terminal_size();

// Stops this process as if nobody had taken SIGTSTP over, and returns when it
// goes on. Where no shell could let it go on, the kernel doesn't stop it, which
// SIGSTOP would.
void stop_this_process();

// What somebody may send to end this process, and can be caught: who has
// changed the terminal's modes puts them back first. signal(7)
std::vector<int> ending_signals();

// All of `bytes`, at once: a sequence that is cut in two by somebody else's
// output means something else. A terminal that has gone takes everything.
void write_terminal(std::string_view bytes);

// #region sequences
inline constexpr std::string_view kSaveCursor = "\0337";
inline constexpr std::string_view kRestoreCursor = "\0338";
inline constexpr std::string_view kToTopOfScreen = "\033[H";
inline constexpr std::string_view kDeleteLine = "\033[2K";
inline constexpr std::string_view kClearScreen = "\033[2J";
std::string to_row(int row);  // its first column; from 1, at the top
// A screen of our own; what was there before comes back behind it.
inline constexpr std::string_view kOwnScreen = "\033[?1049h";
inline constexpr std::string_view kFormerScreen = "\033[?1049l";
// Whether a character behind the last column begins a new row.
inline constexpr std::string_view kNoWrap = "\033[?7l";
inline constexpr std::string_view kWrap = "\033[?7h";
// #endregion sequences

// Keys come at once and are not shown, for as long as it lives: cbreak mode.
// Ctrl-C and Ctrl-Z stay signals, so whoever uses this handles them; else they
// end the process and leave the terminal without echo. tcsetattr(3)
class CbreakMode {
public:
    // Throws std::system_error if stdin is no terminal.
    CbreakMode();
    // Once more: a shell may have changed it meanwhile.
    void apply() const;
    CbreakMode(const CbreakMode&) = delete;
    CbreakMode& operator=(const CbreakMode&) = delete;
    ~CbreakMode();

private:
    termios before_;
};

}  // namespace tincan
