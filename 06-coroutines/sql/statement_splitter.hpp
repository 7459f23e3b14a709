// Where does one SQL statement end and the next begin? At a `;`, but not at one
// inside of a string, a quoted name or a comment; nor in parentheses, as those
// of CREATE RULE; nor in the BEGIN ATOMIC … END of a function.
//
// Not known here: the setting with which a backslash means something in any
// string, standard_conforming_strings = off.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::sql {

// Takes text in pieces, cut anywhere, and gives whole statements: the rules
// are those of PostgreSQL's own lexer (its manual, "Lexical Structure").
class StatementSplitter {
public:
    // A statement is `longest` bytes at most.
    explicit StatementSplitter(std::size_t longest = 16 << 20)
        : longest_(longest) {}

    // Takes bytes from the front of `bytes` until a statement is complete, and
    // gives it without its `;` and the blanks in front; nothing if `bytes` is
    // used up before that. What is only blanks and comments is no statement.
    // Throws std::length_error, and std::invalid_argument for a NUL byte: libpq
    // would take that for the end, and half a statement may mean much more.
    std::optional<std::string> next(std::string_view& bytes);

    // Nothing has begun: what comes next is the first word of a statement.
    bool empty() const { return begun_ == kNowhere && state_ == State::plain; }
    // Forgets the statement that has begun.
    void clear() { *this = StatementSplitter(longest_); }

private:
    enum class State {
        plain,
        string,         // 'it''s; one'
        escape_string,  // E'it\'s; one'
        name,           // "a; name"
        line_comment,   // -- to the end; of the line
        block_comment,  // /* which; /* can */ be nested */
        dollar_tag,     // the $tag$ in front of a dollar-quoted string
        dollar_string,  // $tag$ anything; at all $tag$
    };
    static constexpr std::size_t kNowhere = std::string::npos;

    bool take(char c);
    bool take_plain(char c);
    void note_word(std::string_view word);
    void take_block_comment(char c);
    void take_dollar_tag(char c);
    bool follows(char c) const;
    bool continues_string() const;
    void open(State state);
    void close();

    std::size_t longest_;
    std::string text_;  // of the statement, up to the byte being looked at
    State state_ = State::plain;
    std::size_t since_ = 0;         // bytes before this belong to what ended
    std::size_t begun_ = kNowhere;  // the first byte that is not a comment
    std::size_t word_ = kNowhere;   // where the word we are in began
    std::string last_word_;         // in lower case
    std::size_t parentheses_ = 0;   // that are open
    std::size_t blocks_ = 0;        // BEGIN ATOMIC, and CASE in there
    std::size_t depth_ = 0;         // of block comments
    bool escaped_ = false;          // the next byte follows a backslash
    std::string tag_;               // of the dollar string
    State last_string_ = State::string;
    std::size_t string_end_ = kNowhere;  // behind the last one
};

}  // namespace tincan::sql
