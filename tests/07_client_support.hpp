// What the tests of the chat client's parts share. No terminal is needed for
// any of them, but a locale in which text is UTF-8.
#pragma once

#include "06-coroutines/keys.hpp"
#include "07-chat/line_editor.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <cstddef>
#include <string_view>
#include <vector>

namespace tincan::test {

// Columns are counted by the locale's wcwidth.
class Utf8Locale : public testing::Environment {
public:
    void SetUp() override {
        ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    }
};

[[maybe_unused]] inline const auto* const utf8_locale =
    testing::AddGlobalTestEnvironment(new Utf8Locale);

// What the terminal sends, as keys.
inline std::vector<Key> keys(std::string_view bytes) {
    KeyDecoder decoder;
    return decoder.feed(bytes);
}

// An editor in which these bytes were typed.
inline chat::LineEditor edited(std::string_view bytes,
                               std::size_t longest = 1024) {
    chat::LineEditor editor(longest);
    for (const Key& pressed : keys(bytes))
        editor.apply(pressed);
    return editor;
}

}  // namespace tincan::test
