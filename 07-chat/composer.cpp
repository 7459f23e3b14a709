#include "07-chat/composer.hpp"

#include <fmt/core.h>

#include <utility>

namespace tincan::chat {

// #region press
std::vector<std::string> Composer::press(const Key& key, const People& people) {
    using enum Key::Kind;
    if (pasting_ && key.kind == paste_end) return end_paste();
    if (pasting_) {
        pasting_->take(key);
        return {};
    }
    if (asked_about_) return answer(key);
    if (key.kind != tab) completion_.stop();
    switch (key.kind) {
        case enter:
            return this->enter();
        case tab:
            completion_.next(line_, people);
            break;
        case up:
            if (auto line = history_.older(line_.text())) line_.set(*line);
            break;
        case down:
            if (auto line = history_.newer()) line_.set(*line);
            break;
        case paste_begin:
            pasting_.emplace();
            break;
        default:
            line_.apply(key);
    }
    return {};
}
// #endregion press

std::vector<std::string> Composer::enter() {
    if (line_.empty()) return {};
    std::string line = line_.take();
    history_.add(line);
    return {std::move(line)};
}

std::vector<std::string> Composer::end_paste() {
    Paste paste = *std::exchange(pasting_, std::nullopt);
    if (paste.too_long()) {
        remark_ = fmt::format("That is more than {} KiB: nothing was pasted.",
                              kLongestPaste / 1024);
    } else if (paste.to_send() > kLinesUnasked) {
        asked_about_ = std::move(paste);
    } else {
        return accept(paste);
    }
    return {};
}

std::vector<std::string> Composer::answer(const Key& key) {
    bool yes = key.text == "y" || key.text == "Y";
    bool no =
        key.text == "n" || key.text == "N" || key.kind == Key::Kind::escape;
    if (!yes && !no) return {};  // a key typed blindly decides nothing
    Paste paste = *std::exchange(asked_about_, std::nullopt);
    if (yes) return accept(paste);
    remark_ = "Nothing was sent.";
    return {};
}

// As if it had been typed.
std::vector<std::string> Composer::accept(const Paste& paste) {
    std::vector<std::string> ended;
    bool whole = true;
    for (const std::string& line : paste.lines()) {
        if (&line != &paste.lines().front()) {
            for (std::string& full : enter())
                ended.push_back(std::move(full));
        }
        whole &= line_.insert(line);
    }
    if (!whole) remark_ = "What was too long for a line was cut off.";
    return ended;
}

std::optional<std::string> Composer::question() const {
    if (!asked_about_) return std::nullopt;
    return fmt::format("Send {} lines? (y/n) ", asked_about_->to_send());
}

}  // namespace tincan::chat
