#include "06-coroutines/sql/statement_splitter.hpp"

#include "06-coroutines/sql/words.hpp"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace tincan::sql {

namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool goes_on_in_tag(char c) {
    return begins_word(c) || (c >= '0' && c <= '9');
}

bool goes_on_in_word(char c) {
    return goes_on_in_tag(c) || c == '$';
}

}  // namespace

std::optional<std::string> StatementSplitter::next(std::string_view& bytes) {
    while (!bytes.empty()) {
        char c = bytes.front();
        bytes.remove_prefix(1);
        if (c == '\0') {
            throw std::invalid_argument("a statement with a NUL byte in it");
        }
        if (text_.empty() && is_blank(c)) continue;
        if (text_.size() == longest_ && c != ';') {
            throw std::length_error(
                fmt::format("a statement of more than {} bytes", longest_));
        }
        text_ += c;
        if (!take(c)) continue;
        text_.pop_back();
        std::string statement = std::exchange(text_, {});
        bool is_one = begun_ != kNowhere;
        clear();
        if (is_one) return statement;
    }
    return std::nullopt;
}

// #region take
// The last byte of text_ is `c`; true if it ends the statement.
bool StatementSplitter::take(char c) {
    switch (state_) {
        case State::plain:
            return take_plain(c);
        case State::string:
            if (c == '\'') close();
            break;
        case State::escape_string:
            if (std::exchange(escaped_, false)) break;
            if (c == '\\') escaped_ = true;
            if (c == '\'') close();
            break;
        case State::name:
            if (c == '"') close();
            break;
        case State::line_comment:
            if (c == '\n' || c == '\r') close();
            break;
        case State::block_comment:
            take_block_comment(c);
            break;
        case State::dollar_tag:
            take_dollar_tag(c);
            return state_ == State::plain && take_plain(c);
        case State::dollar_string:
            if (text_.size() - since_ >= tag_.size() && text_.ends_with(tag_)) {
                close();
            }
            break;
    }
    return false;
}

bool StatementSplitter::take_plain(char c) {
    std::size_t at = text_.size() - 1;
    if (word_ != kNowhere && !goes_on_in_word(c)) {
        note_word(std::string_view(text_).substr(word_, at - word_));
    }
    if (c == ';' && parentheses_ == 0 && blocks_ == 0) return true;
    if (c == '(') ++parentheses_;
    if (c == ')' && parentheses_ > 0) --parentheses_;
    bool opens_comment =
        (c == '-' && follows('-')) || (c == '*' && follows('/'));
    if (opens_comment) {
        if (begun_ == at - 1) begun_ = kNowhere;
        open(c == '-' ? State::line_comment : State::block_comment);
        depth_ = 1;
        return false;
    }
    if (begun_ == kNowhere && !is_blank(c)) begun_ = at;
    if (c == '\'') {
        bool after_e =
            word_ == at - 1 && at > 0 && (follows('e') || follows('E'));
        if (!continues_string()) {
            last_string_ = after_e ? State::escape_string : State::string;
        }
        open(last_string_);
    } else if (c == '"') {
        open(State::name);
    } else if (word_ != kNowhere && goes_on_in_word(c)) {
        // Still the same word, with whatever $ is in it.
    } else if (c == '$') {
        open(State::dollar_tag);
    } else {
        word_ = begins_word(c) ? at : kNowhere;
    }
    return false;
}
// #endregion take

// CASE has an END too.
void StatementSplitter::note_word(std::string_view word) {
    std::string lower = in_lower_case(word);
    bool atomic = last_word_ == "begin" && lower == "atomic";
    if (atomic || (blocks_ > 0 && lower == "case")) ++blocks_;
    if (blocks_ > 0 && lower == "end") --blocks_;
    last_word_ = std::move(lower);
}

// A pair of bytes that opened or closed something is used up: of `/*/` the
// last two close nothing.
void StatementSplitter::take_block_comment(char c) {
    if (c == '*' && follows('/')) {
        ++depth_;
        since_ = text_.size();
    } else if (c == '/' && follows('*')) {
        if (--depth_ == 0) return close();
        since_ = text_.size();
    }
}

// A `$` begins a string only if a tag and another `$` follow; else it stood
// for itself, as in `$1`.
void StatementSplitter::take_dollar_tag(char c) {
    std::size_t length = text_.size() - since_;  // of the tag, `c` included
    if (c == '$') {
        tag_ = text_.substr(since_ - 1);
        open(State::dollar_string);
    } else if (length == 1 ? !begins_word(c) : !goes_on_in_tag(c)) {
        state_ = State::plain;
        word_ = length == 1 ? kNowhere : since_;
    }
}

// Is `c` the byte before this one, and not yet used up?
bool StatementSplitter::follows(char c) const {
    std::size_t at = text_.size() - 1;
    return at > since_ && text_[at - 1] == c;
}

// Strings with nothing but the end of a line and comments between them are one,
// and so is what has a quote in it, written twice.
bool StatementSplitter::continues_string() const {
    if (string_end_ == kNowhere) return false;
    std::string_view between(text_.data() + string_end_,
                             text_.size() - 1 - string_end_);
    bool new_line = between.empty();
    while (!between.empty()) {
        if (between.starts_with("--")) {
            between.remove_prefix(between.find_first_of("\r\n"));
        }
        char c = between.front();
        if (!is_blank(c)) return false;
        new_line = new_line || c == '\n' || c == '\r';
        between.remove_prefix(1);
    }
    return new_line;
}

void StatementSplitter::open(State state) {
    state_ = state;
    since_ = text_.size();
    word_ = kNowhere;
}

void StatementSplitter::close() {
    bool string = state_ == State::string || state_ == State::escape_string;
    if (string) string_end_ = text_.size();
    open(State::plain);
}

}  // namespace tincan::sql
