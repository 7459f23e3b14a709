#include "07-chat/line_editor.hpp"

#include "07-chat/graphemes.hpp"

#include <utility>

namespace tincan::chat {

namespace {

// Where the first grapheme ends that does so at `position` or behind it.
std::size_t boundary_from(std::string_view text, std::size_t position) {
    std::size_t end = 0;
    for (const Grapheme& grapheme : graphemes(text)) {
        if (end >= position) break;
        end += grapheme.bytes.size();
    }
    return end;
}

}  // namespace

void LineEditor::apply(const Key& key) {
    switch (key.kind) {
        case Key::Kind::character:
            return insert_whole(key.text);
        case Key::Kind::control:
            return apply_control(key.text[0]);
        case Key::Kind::backspace:
            return erase(one_left(), cursor_);
        case Key::Kind::del:
            return erase(cursor_, one_right());
        case Key::Kind::left:
            cursor_ = one_left();
            return;
        case Key::Kind::right:
            cursor_ = one_right();
            return;
        case Key::Kind::home:
            cursor_ = 0;
            return;
        case Key::Kind::end:
            cursor_ = text_.size();
            return;
        default:
            return;
    }
}

void LineEditor::apply_control(char letter) {
    switch (letter) {
        case 'a':
            cursor_ = 0;
            return;
        case 'e':
            cursor_ = text_.size();
            return;
        case 'k':
            return erase(cursor_, text_.size());
        case 'u':
            return erase(0, cursor_);
        case 'w':
            return erase(word_left(), cursor_);
        default:
            return;
    }
}

std::string LineEditor::take() {
    cursor_ = 0;
    return std::exchange(text_, {});
}

void LineEditor::set(std::string line) {
    text_ = std::move(line);
    cursor_ = text_.size();
}

bool LineEditor::insert(std::string_view text) {
    std::size_t room = longest_ - text_.size();
    std::size_t end = 0;
    for (const Grapheme& grapheme : graphemes(text)) {
        if (end + grapheme.bytes.size() > room) break;
        end += grapheme.bytes.size();
    }
    insert_whole(text.substr(0, end));
    return end == text.size();
}

void LineEditor::replace_before(std::size_t size, std::string_view text) {
    if (text_.size() - size + text.size() > longest_) return;
    text_.erase(cursor_ - size, size);
    cursor_ -= size;
    insert_whole(text);
}

// What is inserted may join with its neighbours: an accent typed behind its
// letter, a letter typed before an accent. Then the cursor goes behind both.
void LineEditor::insert_whole(std::string_view text) {
    if (text_.size() + text.size() > longest_) return;
    text_.insert(cursor_, text);
    cursor_ = boundary_from(text_, cursor_ + text.size());
}

// Erasing may join what stood on both sides, as well.
void LineEditor::erase(std::size_t begin, std::size_t end) {
    text_.erase(begin, end - begin);
    cursor_ = boundary_from(text_, begin);
}

std::size_t LineEditor::one_left() const {
    auto before = graphemes(before_cursor());
    return before.empty() ? 0 : cursor_ - before.back().bytes.size();
}

std::size_t LineEditor::one_right() const {
    auto behind = graphemes(behind_cursor());
    return cursor_ + (behind.empty() ? 0 : behind.front().bytes.size());
}

// Where the word begins that ends at the cursor, or before the spaces there.
std::size_t LineEditor::word_left() const {
    std::size_t last = before_cursor().find_last_not_of(' ');
    std::size_t space = before_cursor().find_last_of(' ', last);
    if (last == std::string_view::npos || space == std::string_view::npos) {
        return 0;
    }
    return space + 1;
}

}  // namespace tincan::chat
