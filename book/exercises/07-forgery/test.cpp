#include "book/exercises/support.hpp"

using namespace tincan::test;

namespace {

// What it makes of one line.
std::string answer_to(const std::string& line) {
    Process process({exercise()});
    process.write(line + "\n", Deadline(5s));
    process.close_stdin();
    process.wait_exit(Deadline(5s));
    process.end();
    return process.out();
}

TEST(Forgery, TextPasses) {
    for (const char* text : {"hello", "a\tb", "sch\u00f6n, \u7f8e\u3057\u3044",
                             "\U0001f600", ""}) {
        EXPECT_EQ(answer_to(text), "Bob: " + std::string(text) + "\n");
    }
}

TEST(Forgery, EscapeSequencesDoNot) {
    EXPECT_EQ(answer_to("\x1b[2J"), "refused\n");
}

TEST(Forgery, TheOtherControlCharactersDoNot) {
    for (const char* text : {"\rAnn: I owe you 100", "\x07", "\x7f", "\b\b\b"})
        EXPECT_EQ(answer_to(text), "refused\n");
}

TEST(Forgery, NorDoThoseThatOnlyUnicodeHas) {
    EXPECT_EQ(answer_to("\u009b31m red"), "refused\n");
    EXPECT_EQ(answer_to("\u0085"), "refused\n");
}

TEST(Forgery, NothingReadsAsWhatItIsNot) {
    EXPECT_EQ(answer_to("see \u202egnp.exe"), "refused\n");
    EXPECT_EQ(answer_to("a\u2066b"), "refused\n");
}

TEST(Forgery, WhatIsNoUtf8IsNoText) {
    EXPECT_EQ(answer_to("\xff"), "refused\n");
    EXPECT_EQ(answer_to("cut \xe2\x82"), "refused\n");
}

}  // namespace
