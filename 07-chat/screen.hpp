// The terminal, drawn on by ncurses. Nothing is read through ncurses: keys
// come from stage 6, keys.hpp.
#pragma once

#include "07-chat/layout.hpp"

struct screen;  // ncurses' SCREEN

namespace tincan::chat {

// Chooses a locale in which text is UTF-8: the user's own, or C.UTF-8. Throws
// std::runtime_error if there is neither.
void use_utf8_locale();

// True if stdin and stdout are a terminal on which a cursor can be moved.
bool can_draw();

// #region screen
// Takes the terminal over; gives it back as it was when the Screen goes,
// whatever the reason.
class Screen {
public:
    // Needs can_draw. Throws std::runtime_error if ncurses won't.
    Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen();

    Size size() const;
    void draw(const Picture& picture);

    // The terminal has another size now, or somebody else has drawn on it:
    // what is drawn next is drawn in full.
    void start_afresh();

    // For Ctrl-Z: gives the terminal back, stops this process as Ctrl-Z would
    // have, and takes the terminal again when it goes on.
    void suspend();

private:
    void give_back();
    void take_colours();
    void draw(const Row& row) const;

    screen* screen_;
    int colours_ = 0;  // for names; 0: they are bold instead
};
// #endregion screen

}  // namespace tincan::chat
