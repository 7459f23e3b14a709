#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

std::string shown(const std::string& line) {
    Process process({exercise()});
    process.write(line + "\n", Deadline(5s));
    process.close_stdin();
    EXPECT_TRUE(process.wait_exit(Deadline(5s))) << "it hangs";
    process.end();
    return process.out();
}

TEST(Harmless, TextStaysAsItIs) {
    EXPECT_EQ(shown("Ann: schön, 美しい 😀"), "Ann: schön, 美しい 😀\n");
}

TEST(Harmless, ControlCharactersAreSeen) {
    EXPECT_EQ(shown("a\tb\x1b[2J\x07\x7f"), "a b?[2J??\n");
}

TEST(Harmless, SoAreThoseAbove127) {
    EXPECT_EQ(shown("\xc2\x9b"
                    "2J\xc2\x85"),
              "?2J?\n");
}

TEST(Harmless, SoAreThoseThatTurnTextAround) {
    EXPECT_EQ(shown("\xe2\x80\xae"
                    "evil\xe2\x81\xa6"),
              "?evil?\n");
}

TEST(Harmless, SoIsWhatIsNotUtf8) {
    EXPECT_EQ(shown("a\xff"
                    "b\xe7\xbe"),
              "a?b??\n");
}

}  // namespace
