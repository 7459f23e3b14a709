// The line being typed: text, a cursor, and what each key does to them.
#pragma once

#include "06-coroutines/keys.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tincan::chat {

// #region editor
// The text is UTF-8 without control characters, and the cursor never stands
// inside of what a reader takes for one character.
class LineEditor {
public:
    // The line grows to `longest` bytes; a key that would go beyond does
    // nothing.
    explicit LineEditor(std::size_t longest) : longest_(longest) {}

    // Does what the key means to a line of text, if it means anything.
    void apply(const Key& key);

    // Text of several characters at once. False if there was no room for all
    // of it: then as many whole characters stand there as there was room for.
    bool insert(std::string_view text);
    // Puts `text` in the place of the last `size` bytes before the cursor, if
    // there is room for it.
    void replace_before(std::size_t size, std::string_view text);
    // Another line in place of this one, with the cursor behind it.
    void set(std::string line);

    std::string_view before_cursor() const { return text().substr(0, cursor_); }
    std::string_view behind_cursor() const { return text().substr(cursor_); }
    std::string_view text() const { return text_; }
    bool empty() const { return text_.empty(); }

    // The line as it is; the next one begins empty.
    std::string take();

private:
    std::size_t one_left() const;
    std::size_t one_right() const;
    std::size_t word_left() const;
    void apply_control(char letter);
    void insert_whole(std::string_view text);
    void erase(std::size_t begin, std::size_t end);

    std::size_t longest_;
    std::string text_;
    std::size_t cursor_ = 0;  // how many bytes stand before it
};
// #endregion editor

}  // namespace tincan::chat
