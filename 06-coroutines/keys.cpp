#include "06-coroutines/keys.hpp"

#include "01-blocking/text.hpp"

#include <cstddef>
#include <utility>

namespace tincan {

namespace {

constexpr char kEscape = 0x1b;

// No sequence that we know has longer parameters than this.
constexpr std::size_t kParameters = 16;

unsigned byte_of(char c) {
    return static_cast<unsigned char>(c);
}

// How many bytes the UTF-8 sequence has that `c` begins; 0: it begins none.
std::size_t utf8_size(char c) {
    unsigned byte = byte_of(c);
    if (byte < 0xc2 || byte > 0xf4) return 0;
    return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
}

}  // namespace

std::vector<Key> KeyDecoder::feed(std::string_view bytes) {
    for (char c : bytes)
        take(c);
    return std::exchange(keys_, {});
}

std::vector<Key> KeyDecoder::settle() {
    if (in_doubt()) {
        state_ = State::ground;
        press(Key::Kind::escape);
    }
    return std::exchange(keys_, {});
}

void KeyDecoder::take(char c) {
    // No sequence goes on with one of these: what was begun is void.
    bool in_sequence = state_ == State::csi || state_ == State::ss3;
    bool control = byte_of(c) < ' ' || byte_of(c) == 0x7f;
    if (control || (in_sequence && byte_of(c) >= 0x80)) {
        take_ground(c);
        return;
    }
    switch (state_) {
        case State::ground:
            take_ground(c);
            break;
        case State::utf8:
            take_utf8(c);
            break;
        case State::escape:
            take_escape(c);
            break;
        case State::ss3:
            end_csi(c);
            break;
        case State::csi:
            take_csi(c);
            break;
        case State::linux_function_key:
            state_ = State::ground;
            break;
    }
}

void KeyDecoder::take_ground(char c) {
    using enum Key::Kind;
    state_ = State::ground;
    if (byte_of(c) >= 0x80) {
        pending_ = c;
        if (utf8_size(c) != 0) state_ = State::utf8;
    } else if (c == '\r' || c == '\n') {
        press(enter);
    } else if (c == '\t') {
        press(tab);
    } else if (c == '\b' || c == 0x7f) {
        press(backspace);
    } else if (c == kEscape) {
        state_ = State::escape;
    } else if (c >= 1 && c <= 26) {
        keys_.push_back({control, std::string(1, char('a' + c - 1))});
    } else if (c >= ' ') {
        keys_.push_back({character, std::string(1, c)});
    }
}

void KeyDecoder::take_utf8(char c) {
    if (!continues_character(c)) {
        take_ground(c);
        return;
    }
    pending_ += c;
    if (pending_.size() < utf8_size(pending_[0])) return;
    state_ = State::ground;
    CodePoint point = decode_utf8(pending_);
    if (point.size != 0 && !is_control(point.value)) {
        keys_.push_back({Key::Kind::character, pending_});
    }
}

void KeyDecoder::take_escape(char c) {
    pending_.clear();
    if (c == '[') {
        state_ = State::csi;
    } else if (c == 'O') {
        state_ = State::ss3;
    } else {
        state_ = State::ground;  // Alt and a key: means nothing here
    }
}

void KeyDecoder::take_csi(char c) {
    bool is_final = c >= 0x40 && c < 0x7f;
    if (c == '[' && pending_.empty()) {
        state_ = State::linux_function_key;  // ESC [ [ A is F1 there
    } else if (is_final) {
        end_csi(c);
    } else if (pending_.size() < kParameters) {
        pending_ += c;
    }
}

// ESC [ A and ESC O A are the same key, depending on the terminal's mode;
// ESC [ 1 ; 5 A is that key with Ctrl held.
void KeyDecoder::end_csi(char final) {
    using enum Key::Kind;
    bool bare = state_ == State::csi && pending_.empty();
    state_ = State::ground;
    std::string_view number(pending_);
    number = number.substr(0, number.find(';'));
    static constexpr std::pair<char, Key::Kind> letters[] = {
        {'A', up},   {'B', down}, {'C', right},
        {'D', left}, {'H', home}, {'F', end},
    };
    static constexpr std::pair<std::string_view, Key::Kind> numbers[] = {
        {"1", home},      {"7", home},          {"4", end},
        {"8", end},       {"3", del},           {"5", page_up},
        {"6", page_down}, {"200", paste_begin}, {"201", paste_end},
    };
    if (bare && final == 'I') press(focus_in);
    if (bare && final == 'O') press(focus_out);
    for (auto [letter, kind] : letters) {
        if (final == letter) press(kind);
    }
    for (auto [given, kind] : numbers) {
        if (final == '~' && number == given) press(kind);
    }
}

}  // namespace tincan
