#include "06-coroutines/sql/words.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tincan::sql {

namespace {

// Without the blanks and comments at its front.
std::string_view without_comments(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\f\v";
    std::size_t depth = 0;  // of block comments
    while (!text.empty()) {
        if (text.starts_with("/*")) {
            ++depth;
            text.remove_prefix(2);
        } else if (depth > 0) {
            bool end = text.starts_with("*/");
            text.remove_prefix(end ? 2 : 1);
            if (end) --depth;
        } else if (text.starts_with("--")) {
            text.remove_prefix(
                std::min(text.find_first_of("\r\n"), text.size()));
        } else if (kBlanks.find(text.front()) != kBlanks.npos) {
            text.remove_prefix(1);
        } else {
            break;
        }
    }
    return text;
}

bool is_in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// In lower case; as many as come before anything else, and five at most.
std::vector<std::string> first_words(std::string_view text) {
    std::vector<std::string> words;
    while (words.size() < 5) {
        text = without_comments(text);
        auto end = std::ranges::find_if_not(text, is_in_word);
        if (end == text.begin()) break;
        std::string_view word(text.begin(), end);
        words.push_back(in_lower_case(word));
        text.remove_prefix(word.size());
    }
    return words;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::string in_lower_case(std::string_view word) {
    std::string lower(word);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

bool begins_transaction(std::string_view statement) {
    std::vector<std::string> words = first_words(statement);
    return !words.empty() && (words[0] == "begin" || words[0] == "start");
}

bool ends_transaction(std::string_view statement) {
    std::vector<std::string> words = first_words(statement);
    if (words.empty()) return false;
    if (contains(words, "chain") && !contains(words, "no")) return false;
    if (words[0] == "rollback") return !contains(words, "to");
    if (words[0] == "prepare") return contains(words, "transaction");
    return words[0] == "commit" || words[0] == "end" || words[0] == "abort";
}

}  // namespace tincan::sql
