// Stage 6: sleeps for as long as you type, on a screen of its own: messages
// from the top, what you type at the bottom, and neither disturbs the other.
//
//   $ ./delay_screen        5, Enter, 3, Enter ...; Ctrl-D or Ctrl-C ends it
//
// Not here: moving inside the line, characters of several code points, and
// messages that are longer than a row (stage 7).

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/delay.hpp"
#include "06-coroutines/key_reader.hpp"
#include "06-coroutines/terminal.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <csignal>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kPrompt = "> ";

// #region store
// The last messages, as many as there is room for; has them drawn when there
// is a new one.
class MessageStore {
public:
    using Messages = std::deque<std::string>;

    MessageStore(std::size_t room, std::function<void(const Messages&)> draw)
        : room_(room), draw_(std::move(draw)) {}

    void append(std::string message) {
        messages_.push_back(std::move(message));
        resize(room_);
    }
    void resize(std::size_t room) {
        room_ = room;
        while (messages_.size() > room_)
            messages_.pop_front();
        draw_(messages_);
    }

private:
    Messages messages_;
    std::size_t room_;
    std::function<void(const Messages&)> draw_;
};
// #endregion store

// #region line
// The line that is being typed.
class InputLine {
public:
    const std::string& text() const { return text_; }

    // The whole line when Enter is pressed.
    std::optional<std::string> press(const Key& key) {
        constexpr std::size_t kLongest = 1000;
        if (key.kind == Key::Kind::enter) return std::exchange(text_, {});
        if (key.kind == Key::Kind::backspace) erase_last();
        if (key.kind == Key::Kind::character && text_.size() < kLongest) {
            text_ += key.text;
        }
        return std::nullopt;
    }

    // The end of it, in `columns` columns, if each character fills one.
    std::string_view tail(int columns) const {
        std::size_t begin = text_.size();
        for (int i = 0; i < columns && begin > 0; ++i)
            begin = last_character(begin);
        return std::string_view(text_).substr(begin);
    }

private:
    // Where the character begins that ends before `end`.
    std::size_t last_character(std::size_t end) const {
        do {
            --end;
        } while (end > 0 && continues_character(text_[end]));
        return end;
    }
    void erase_last() {
        if (!text_.empty()) text_.resize(last_character(text_.size()));
    }

    std::string text_;
};
// #endregion line

// #region screen
// The terminal while it is ours. Whatever ends this, an exception too, gives it
// back as it was.
class Screen {
public:
    Screen() { take(); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen() {
        write_terminal(std::string(kWrap) + std::string(kFormerScreen));
    }

    // Makes it ours, even if it is already.
    void take() const {
        cbreak_.apply();
        write_terminal(std::string(kOwnScreen) + std::string(kNoWrap));
    }

    // From the top; the cursor stays in the line that is being typed.
    void draw_messages(const MessageStore::Messages& messages) const {
        std::string bytes(kSaveCursor);
        int row = 1;
        for (const std::string& message : messages) {
            bytes += to_row(row++);
            bytes += kDeleteLine;
            bytes += message;
        }
        bytes += kRestoreCursor;
        write_terminal(bytes);
    }

    // The cursor is then behind its last character.
    void draw_line(const InputLine& line) const {
        TerminalSize size = terminal_size();
        std::string bytes = to_row(size.rows);
        bytes += kDeleteLine;
        int room = size.columns - 1 - static_cast<int>(kPrompt.size());
        if (room > 0) bytes += kPrompt;
        bytes += line.tail(room > 0 ? room : size.columns - 1);
        write_terminal(bytes);
    }

    void clear() const { write_terminal(kClearScreen); }

private:
    CbreakMode cbreak_;
};
// #endregion screen

// All that is on the screen.
class Desk {
public:
    void say(std::string message) { messages_.append(std::move(message)); }

    std::optional<std::string> press(const Key& key) {
        std::optional<std::string> line = line_.press(key);
        if (screen_) screen_->draw_line(line_);
        return line;
    }

    // Its size has changed, or somebody else has drawn on it.
    void draw_afresh() {
        if (!screen_) return;
        screen_->take();
        screen_->clear();
        messages_.resize(room());
        screen_->draw_line(line_);
    }

    // For Ctrl-Z.
    void suspend() {
        screen_.reset();
        stop_this_process();
        screen_.emplace();
        draw_afresh();
    }
    // The terminal is the user's again.
    void close() { screen_.reset(); }

private:
    // A row for the line.
    static std::size_t room() {
        return static_cast<std::size_t>(terminal_size().rows) - 1;
    }

    std::optional<Screen> screen_{std::in_place};
    InputLine line_;
    MessageStore messages_{room(), [this](const auto& messages) {
                               if (screen_) screen_->draw_messages(messages);
                           }};
};

Coro<void> delay(std::chrono::seconds time, std::shared_ptr<Desk> desk) {
    desk->say(fmt::format("Starting delay {}", time.count()));
    co_await sleep(time);
    desk->say(fmt::format("Finished delay {}", time.count()));
}

void start_delay(TaskGroup& delays, std::string_view line,
                 const std::shared_ptr<Desk>& desk) {
    try {
        if (delays.size() == kMostDelays) {
            throw std::invalid_argument("too many delays at once");
        }
        delays.create_task(delay(parse_delay(line), desk));
    } catch (const std::invalid_argument& error) {
        desk->say(error.what());
    }
}

// #region keys
// Until Ctrl-D, or until the terminal has gone.
Coro<void> take_keys(std::shared_ptr<Desk> desk) {
    StreamReader input = connect_stdin();
    KeyDecoder decoder;
    TaskGroup delays;
    const Key end_of_input{Key::Kind::control, "d"};
    for (;;) {
        std::optional<std::vector<Key>> keys =
            co_await next_keys(input, decoder);
        if (!keys) co_return;
        for (const Key& key : *keys) {
            if (key == end_of_input) co_return;
            std::optional<std::string> line = desk->press(key);
            if (line) start_delay(delays, *line, desk);
        }
    }
}
// #endregion keys

// #region main
Coro<void> run_screen() {
    EventLoop& loop = EventLoop::running();
    Event over;
    auto end = [&over] { over.set(); };
    // First the signals, then the screen: else one that came in between would
    // leave the terminal as nobody wants it.
    SignalScope endings(loop, ending_signals(), end);
    auto desk = std::make_shared<Desk>();
    desk->draw_afresh();
    SignalScope changes(loop, {SIGWINCH, SIGCONT},
                        [desk] { desk->draw_afresh(); });
    SignalScope stops(loop, {SIGTSTP}, [desk] { desk->suspend(); });

    Task<void> typing = loop.create_task(take_keys(desk), "keys");
    typing.add_done_callback(end);
    co_await over.wait();
    desk->close();  // while a second Ctrl-C is nothing new
    if (typing.done()) typing.result();
}
// #endregion main

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        std::string selector = only_selector_argument(arguments);
        if (!on_terminal()) throw std::runtime_error("needs a terminal");
        run(run_screen(), selector);
    });
}
