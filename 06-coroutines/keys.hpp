// From the bytes that a terminal sends to the keys that were pressed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tincan {

struct Key {
    enum class Kind {
        character,  // `text` is one code point
        control,    // `text` is the letter pressed with Ctrl: "a" … "z"
        enter,
        tab,
        escape,
        backspace,
        del,
        left,
        right,
        up,
        down,
        home,
        end,
        page_up,
        page_down,
        // What a terminal tells if it was asked to, in the shape of keys: text
        // is being pasted, until paste_end; its window is in use, or not.
        paste_begin,
        paste_end,
        focus_in,
        focus_out,
    };
    Kind kind;
    std::string text{};

    bool operator==(const Key&) const = default;
};

// Takes the bytes in any pieces. What it doesn't know (function keys, the
// terminal's answers, bytes that are no text) is dropped whole, so that no
// tail of a sequence is taken for something typed.
class KeyDecoder {
public:
    std::vector<Key> feed(std::string_view bytes);

    // True after an ESC that may be the Escape key, or the first byte of a
    // sequence whose rest is on its way.
    bool in_doubt() const { return state_ == State::escape; }

    // Nothing came behind that ESC: it was the key.
    std::vector<Key> settle();

private:
    enum class State { ground, utf8, escape, ss3, csi, linux_function_key };

    void take(char c);
    void take_ground(char c);
    void take_utf8(char c);
    void take_escape(char c);
    void take_csi(char c);
    void end_csi(char final);
    void press(Key::Kind kind) { keys_.push_back({kind}); }

    State state_ = State::ground;
    std::string pending_;  // of a character or of a sequence's parameters
    std::vector<Key> keys_;
};

}  // namespace tincan
