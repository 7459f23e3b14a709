#include "07-chat/completion.hpp"

#include <string_view>

namespace tincan::chat {

void Completion::next(LineEditor& line, const People& people) {
    if (choices_.empty()) {
        begin(line, people);
    }
    if (choices_.size() < 2) {
        stop();
        return;
    }
    std::size_t before = choices_[chosen_].size();
    chosen_ = (chosen_ + 1) % choices_.size();
    line.replace_before(before, choices_[chosen_]);
    // No room for it: the line is as it was, and so the word.
    if (!line.before_cursor().ends_with(choices_[chosen_])) stop();
}

void Completion::begin(const LineEditor& line, const People& people) {
    std::string_view before = line.before_cursor();
    std::size_t begin = before.find_last_of(' ') + 1;  // npos + 1 is 0
    std::string_view word = before.substr(begin);
    if (word.empty()) return;
    std::string_view behind = begin == 0 ? ": " : " ";
    for (const std::string& name : people.beginning_with(word)) {
        choices_.push_back(name + std::string(behind));
    }
    choices_.emplace_back(word);
    chosen_ = choices_.size() - 1;
}

}  // namespace tincan::chat
