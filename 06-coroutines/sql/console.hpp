// A terminal on which one types while results arrive: they are printed above
// the line that is being typed, which is drawn again below them.
#pragma once

#include "06-coroutines/keys.hpp"
#include "06-coroutines/terminal.hpp"
#include "06-coroutines/tincan/event_loop.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::sql {

// Takes the terminal in cbreak mode, and gives it back when it goes, or as long
// as Ctrl-Z stops the process. Whoever makes it handles the signals that would
// end the process.
class Console {
public:
    using Prompt = std::function<std::string_view()>;

    // Needs on_terminal(), and the running loop. `prompt` gives what stands in
    // front of the line whenever that is drawn.
    explicit Console(Prompt prompt);
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    ~Console() { go_below(); }

    // Whole lines.
    void print(std::string_view text) { show(text); }

    // What was typed when Enter is pressed, with its LF. A line of 64 KiB comes
    // as it is, and the rest is another piece. Others must draw.
    std::optional<std::string> press(const Key& key);
    void draw() { show(""); }

    // Nothing is typed.
    bool empty() const { return line_.empty(); }
    // Forgets it, and begins below.
    void clear();

private:
    std::string take();
    void show(std::string_view above);
    std::vector<std::string> rows() const;
    void go_below();
    void erase_last();
    void suspend();
    void resume();
    void resize();

    Prompt prompt_;
    std::string line_;
    bool drawn_ = false;
    std::size_t above_ = 0;  // rows of the picture above the cursor's
    SignalScope on_stop_;
    SignalScope on_continue_;
    SignalScope on_resize_;
    std::optional<CbreakMode> mode_;  // none while stopped
};

}  // namespace tincan::sql
