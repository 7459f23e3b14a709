// Where statements end, found by looking ahead in the whole text: slow, simple,
// and nothing like the splitter it judges.
#pragma once

#include "06-coroutines/sql/statement_splitter.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::test {

inline std::vector<std::string> split_in_pieces(std::string_view text,
                                                std::size_t piece) {
    sql::StatementSplitter splitter;
    std::vector<std::string> statements;
    while (!text.empty()) {
        std::string_view bytes = text.substr(0, piece);
        text.remove_prefix(bytes.size());
        while (std::optional<std::string> one = splitter.next(bytes))
            statements.push_back(std::move(*one));
    }
    return statements;
}

namespace detail {

inline bool is_letter(char c) {
    return std::string_view(
               "abcdefghijklmnopqrstuvwxyz_"
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                   .find(c) != std::string_view::npos ||
           c < 0;
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_space(char c) {
    return std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos;
}

// The end of what begins at text[at]; the end of the text if it has none.
class Oracle {
public:
    explicit Oracle(std::string_view text) : text_(text) {}

    std::size_t end_of_token(std::size_t at) const {
        std::string_view rest = text_.substr(at);
        if (rest.starts_with("--")) {
            return std::min(text_.find_first_of("\n\r", at), text_.size());
        }
        if (rest.starts_with("/*")) return end_of_comment(at);
        if (rest.starts_with("'")) return end_of_string(at, false);
        if (rest.starts_with("E'") || rest.starts_with("e'")) {
            return end_of_string(at + 1, true);
        }
        if (rest.starts_with("\"")) return behind("\"", at + 1);
        if (rest.starts_with("$")) return end_of_dollar(at);
        if (is_letter(rest[0])) {
            while (at < text_.size() &&
                   (is_letter(text_[at]) || is_digit(text_[at]) ||
                    text_[at] == '$'))
                ++at;
            return at;
        }
        return at + 1;
    }
    bool is_comment(std::size_t at) const {
        return text_.substr(at, 2) == "--" || text_.substr(at, 2) == "/*";
    }

private:
    std::size_t behind(std::string_view what, std::size_t at) const {
        std::size_t found = text_.find(what, std::min(at, text_.size()));
        return found == text_.npos ? text_.size() : found + what.size();
    }
    std::size_t end_of_comment(std::size_t at) const {
        int depth = 0;
        while (at < text_.size()) {
            std::string_view pair = text_.substr(at, 2);
            if (pair == "/*") {
                ++depth;
                at += 2;
            } else if (pair == "*/") {
                at += 2;
                if (--depth == 0) return at;
            } else {
                ++at;
            }
        }
        return at;
    }
    // With all that continues it: a quote at once, or behind the end of a line
    // and comments.
    std::size_t end_of_string(std::size_t at, bool escapes) const {
        ++at;
        while (at < text_.size() && text_[at] != '\'')
            at += escapes && text_[at] == '\\' ? 2 : 1;
        if (at >= text_.size()) return text_.size();
        ++at;
        std::size_t next = at;
        while (next < text_.size() &&
               (is_space(text_[next]) || text_.substr(next, 2) == "--"))
            next = is_space(text_[next]) ? next + 1 : end_of_token(next);
        std::string_view between = text_.substr(at, next - at);
        bool goes_on =
            between.empty() || between.find_first_of("\n\r") != between.npos;
        if (goes_on && next < text_.size() && text_[next] == '\'') {
            return end_of_string(next, escapes);
        }
        return at;
    }
    std::size_t end_of_dollar(std::size_t at) const {
        std::size_t end = at + 1;
        while (end < text_.size() && (is_letter(text_[end]) ||
                                      (is_digit(text_[end]) && end > at + 1)))
            ++end;
        if (end == text_.size() || text_[end] != '$') return at + 1;
        return behind(text_.substr(at, end + 1 - at), end + 1);
    }

    std::string_view text_;
};

}  // namespace detail

inline std::vector<std::string> split_by_oracle(std::string_view text) {
    detail::Oracle oracle(text);
    std::vector<std::string> statements;
    std::size_t begin = 0;
    bool says_something = false;
    std::size_t parentheses = 0;
    std::size_t blocks = 0;  // BEGIN ATOMIC, and CASE in there
    std::string last_word;
    for (std::size_t at = 0; at < text.size();) {
        if (at == begin && detail::is_space(text[at])) {
            begin = ++at;
            continue;
        }
        if (text[at] == ';' && parentheses == 0 && blocks == 0) {
            last_word.clear();
            if (says_something) {
                statements.emplace_back(text.substr(begin, at - begin));
            }
            says_something = false;
            begin = ++at;
            continue;
        }
        says_something = says_something || (!oracle.is_comment(at) &&
                                            !detail::is_space(text[at]));
        std::size_t end = oracle.end_of_token(at);
        std::string token(text.substr(at, end - at));
        if (token == "(") ++parentheses;
        if (token == ")" && parentheses > 0) --parentheses;
        if (detail::is_letter(token[0])) {
            for (char& c : token)
                c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            bool atomic = last_word == "begin" && token == "atomic";
            if (atomic || (blocks > 0 && token == "case")) ++blocks;
            if (blocks > 0 && token == "end") --blocks;
            last_word = token;
        }
        at = end;
    }
    return statements;
}

}  // namespace tincan::test
