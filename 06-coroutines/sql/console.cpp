#include "06-coroutines/sql/console.hpp"

#include "01-blocking/text.hpp"
#include "06-coroutines/sql/table.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <csignal>
#include <utility>

namespace tincan::sql {

namespace {

constexpr std::string_view kDeleteToEndOfScreen = "\033[J";

constexpr std::size_t kLongestPiece = 64 << 10;

}  // namespace

// First the signals, then the terminal: else Ctrl-Z in between would leave it
// as nobody wants it.
Console::Console(Prompt prompt)
    : prompt_(std::move(prompt)),
      on_stop_(EventLoop::running(), {SIGTSTP}, [this] { suspend(); }),
      on_continue_(EventLoop::running(), {SIGCONT}, [this] { resume(); }),
      on_resize_(EventLoop::running(), {SIGWINCH}, [this] { resize(); }),
      mode_(std::in_place) {
    draw();
}

std::optional<std::string> Console::press(const Key& key) {
    using enum Key::Kind;
    if (key.kind == enter) return take() + "\n";
    if (key.kind == backspace) erase_last();
    if (key == Key{control, "u"}) line_.clear();
    if (key.kind == tab) line_ += '\t';
    if (key.kind == character) line_ += key.text;
    if (line_.size() < kLongestPiece) return std::nullopt;
    return take();
}

std::string Console::take() {
    draw();
    go_below();
    return std::exchange(line_, {});
}

void Console::clear() {
    go_below();
    line_.clear();
    draw();
}

// Over the picture that is there come the lines `above`, then the next picture:
// in one piece, so that nobody sees a half.
void Console::show(std::string_view above) {
    std::string up = above_ > 0 ? fmt::format("\033[{}A", above_) : "";
    std::vector<std::string> picture = rows();
    write_terminal(fmt::format("\r{}{}{}{}", up, kDeleteToEndOfScreen, above,
                               fmt::join(picture, "\r\n")));
    above_ = picture.size() - 1;
    drawn_ = true;
}

// We break the line ourselves, where the terminal would: so we know how many
// rows it takes. Of one that is longer than the screen, the end is shown.
std::vector<std::string> Console::rows() const {
    TerminalSize size = terminal_size();
    auto columns = static_cast<std::size_t>(size.columns);
    auto most = static_cast<std::size_t>(size.rows);
    std::string text = std::string(prompt_()) + line_;
    std::vector<std::string> rows(1);
    std::size_t used = 0;  // columns of the last row
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view character = rest.substr(0, decode_utf8(rest).size);
        rest.remove_prefix(character.size());
        if (character == "\t") character = " ";
        std::size_t width = columns_of(character);
        if (used + width > columns) {
            rows.emplace_back();
            used = 0;
        }
        rows.back() += character;
        used += width;
    }
    if (used >= columns) rows.emplace_back();  // for the cursor
    if (rows.size() > most) rows.erase(rows.begin(), rows.end() - size.rows);
    return rows;
}

// The picture stays; what comes next begins a row of its own.
void Console::go_below() {
    if (drawn_) write_terminal("\r\n");
    drawn_ = false;
    above_ = 0;
}

void Console::erase_last() {
    while (!line_.empty() && continues_character(line_.back()))
        line_.pop_back();
    if (!line_.empty()) line_.pop_back();
}

void Console::suspend() {
    go_below();
    mode_.reset();
    stop_this_process();
    mode_.emplace();
    draw();
}

// Somebody else may have had the terminal.
void Console::resume() {
    mode_->apply();
    draw();
}

// Terminals differ in what they do to rows that don't fit any more: only the
// cursor's row is ours for sure.
void Console::resize() {
    above_ = 0;
    draw();
}

}  // namespace tincan::sql
