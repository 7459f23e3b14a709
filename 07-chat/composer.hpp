// Writing a line, with all that helps: history, completion, and a guard that
// asks before much pasted text is sent.
#pragma once

#include "07-chat/completion.hpp"
#include "07-chat/history.hpp"
#include "07-chat/line_editor.hpp"
#include "07-chat/paste.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tincan::chat {

class Composer {
public:
    explicit Composer(std::size_t longest) : line_(longest) {}

    // Does what the key means here, if it means anything. Returns the lines
    // that it ends: one for Enter, several after a paste; none of them empty.
    std::vector<std::string> press(const Key& key, const People& people);

    const LineEditor& line() const { return line_; }
    // Puts back a line that could not be sent.
    void put_back(std::string line) { line_.set(std::move(line)); }

    // A yes-or-no question that the next key answers.
    std::optional<std::string> question() const;
    // What the user should know about the last key; told once.
    std::string take_remark() { return std::exchange(remark_, {}); }

private:
    std::vector<std::string> enter();
    std::vector<std::string> end_paste();
    std::vector<std::string> answer(const Key& key);
    std::vector<std::string> accept(const Paste& paste);

    LineEditor line_;
    History history_{200};
    Completion completion_;
    std::optional<Paste> pasting_;
    std::optional<Paste> asked_about_;
    std::string remark_;
};

}  // namespace tincan::chat
