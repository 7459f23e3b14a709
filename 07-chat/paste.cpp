#include "07-chat/paste.hpp"

#include <string_view>

namespace tincan::chat {

void Paste::take(const Key& key) {
    if (key.kind == Key::Kind::enter) {
        // CR LF is two of them.
        if (!lines_.back().empty()) lines_.emplace_back();
        return;
    }
    bool is_tab = key.kind == Key::Kind::tab;
    if (key.kind != Key::Kind::character && !is_tab) return;
    std::string_view text = is_tab ? " " : std::string_view(key.text);
    size_ += text.size();
    too_long_ |= size_ > kLongestPaste;
    if (!too_long_) lines_.back() += text;
}

}  // namespace tincan::chat
