// The line decoder of the chat, the rules for names, and the lines of the
// protocol: what needs no connection.

#include "07-chat/commands.hpp"
#include "07-chat/lines.hpp"
#include "07-chat/names.hpp"
#include "07-chat/protocol.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tincan::chat;

namespace {

constexpr std::size_t kLongest = 8;
constexpr std::size_t kEndless = 32;

// All lines of `stream`, given to the decoder in pieces of `size` bytes, as
// text: "?" stands for one that is too long, "!" for an endless one.
std::vector<std::string> decode(std::string_view stream, std::size_t size) {
    LineDecoder decoder(kLongest, kEndless);
    std::vector<std::string> lines;
    auto add = [&](const Line& line) {
        switch (line.kind) {
            case Line::Kind::text:
                return lines.push_back(line.text);
            case Line::Kind::too_long:
                lines.emplace_back("?");
                return;
            case Line::Kind::endless:
                lines.emplace_back("!");
                return;
        }
    };
    for (std::size_t at = 0; at < stream.size(); at += size) {
        std::string_view piece = stream.substr(at, size);
        while (auto line = decoder.next(piece)) {
            add(*line);
            if (line->kind == Line::Kind::endless) return lines;
        }
        EXPECT_TRUE(piece.empty());
    }
    if (auto line = decoder.finish()) add(*line);
    return lines;
}

using Lines = std::vector<std::string>;

void expect_lines(std::string_view stream, const Lines& expected) {
    for (std::size_t size = 1; size <= stream.size() + 1; ++size) {
        EXPECT_EQ(decode(stream, size), expected)
            << "in pieces of " << size << " bytes";
    }
}

TEST(LineDecoder, EndsLinesAtLfHoweverTheBytesCome) {
    expect_lines("one\ntwo\n\nfour\n", {"one", "two", "", "four"});
}

TEST(LineDecoder, DropsOneCrBeforeTheLfAndNoOther) {
    expect_lines("a\r\nb\rc\n\r\r\n", {"a", "b\rc", "\r"});
}

TEST(LineDecoder, CountsAnUnterminatedLastLine) {
    expect_lines("one\ntwo", {"one", "two"});
    expect_lines("one\ntwo\r", {"one", "two"});
    expect_lines("", {});
}

TEST(LineDecoder, TakesTheLongestLineWithEitherEnd) {
    expect_lines("12345678\n12345678\r\n", {"12345678", "12345678"});
}

TEST(LineDecoder, SkipsALineThatIsTooLongAndGoesOnBehindIt) {
    expect_lines("123456789\nok\n", {"?", "ok"});
    expect_lines("123456789\r\nok\n", {"?", "ok"});
    expect_lines("12345678\rx\nok\n", {"?", "ok"});
    expect_lines("ok\n1234567890", {"ok", "?"});
}

TEST(LineDecoder, GivesUpOnALineThatDoesNotEnd) {
    expect_lines("ok\n" + std::string(kEndless, 'x') + "\nok\n",
                 {"ok", "?", "ok"});
    expect_lines("ok\n" + std::string(kEndless + 1, 'x') + "\nok\n",
                 {"ok", "!"});
}

TEST(LineDecoder, KeepsBytesOfEveryKind) {
    expect_lines(std::string_view("\0\x01\xff\n", 4),
                 {std::string("\0\x01\xff", 3)});
}

TEST(Names, MayBeOfAnyScript) {
    for (const char* name :
         {"A", "Ann", "Bob_2", "Anne-Marie", "Zoë", "Łukasz", "Дмитрий", "美雪",
          "ليلى", "अनीता", "สมชาย", "ㅎㅎ", "x1234567890123456789", "ⵜⴰⵏⵉⵔⵜ"}) {
        auto parsed = parse_name(name);
        ASSERT_TRUE(parsed) << name;
        EXPECT_EQ(parsed->shown, name);
    }
}

TEST(Names, MustBeginWithALetterAndHaveNothingElseInThem) {
    for (const char* name : {"",
                             " ",
                             "1Ann",
                             "_Ann",
                             "-Ann",
                             "Ann Lee",
                             " Ann",
                             "Ann ",
                             "Ann\r",
                             "Ann\t",
                             "Ann!",
                             "Ann:",
                             "/Ann",
                             "\x1b[31mAnn",
                             "Ann\xc2\x9b",
                             "x12345678901234567890",
                             "A\u202e",
                             "A\u200d",
                             "A\u00ad",
                             "😀",
                             "A😀",
                             "\u0301A",
                             "\u3164",
                             "\u115f\u1160",
                             "A\xff",
                             "A\xc3",
                             "\xed\xa0\x80",
                             "a\u0316\u0317\u0318\u0319"}) {
        EXPECT_FALSE(parse_name(name)) << name;
    }
    EXPECT_FALSE(parse_name(std::string_view("A\0n", 3)));
}

TEST(Names, OfTwentyCharactersAreCountedInCharactersNotInBytes) {
    std::string twenty;
    for (int i = 0; i < 20; ++i)
        twenty += "雪";
    EXPECT_TRUE(parse_name(twenty));
    EXPECT_FALSE(parse_name(twenty + "雪"));
}

TEST(Names, AreNormalisedBeforeTheyAreCountedAndShown) {
    auto composed = parse_name("Zo\u00eb");
    auto decomposed = parse_name("Zoe\u0308");
    ASSERT_TRUE(composed);
    ASSERT_TRUE(decomposed);
    EXPECT_EQ(decomposed->shown, composed->shown);
    EXPECT_EQ(decomposed->key, composed->key);
}

TEST(Names, AreTheSameInUpperAndLowerCase) {
    auto key = [](const char* name) { return parse_name(name).value().key; };
    EXPECT_EQ(key("ANN"), key("ann"));
    EXPECT_EQ(key("Straße"), key("STRASSE"));
    EXPECT_EQ(key("ДМИТРИЙ"), key("дмитрий"));
    EXPECT_NE(key("Ann"), key("Anna"));
}

TEST(Names, CannotBeServer) {
    EXPECT_FALSE(parse_name("server"));
    EXPECT_FALSE(parse_name("Server"));
    EXPECT_FALSE(parse_name("ſerver"));  // a long s folds to an s
    EXPECT_TRUE(parse_name("server2"));
}

// A gap that is known, and told in the book.
TEST(Names, ThatOnlyLookAlikeAreTwo) {
    EXPECT_NE(parse_name("Аnn").value().key, "ann");  // a Cyrillic A
    EXPECT_TRUE(parse_name("ѕerver"));                // a Cyrillic s
}

TEST(Text, MayHaveTabsButNothingElseThatDrivesATerminal) {
    EXPECT_FALSE(check_text("plain, schön, 美しい, 😀, a\tb"));
    for (const char* text :
         {"\x1b[2J", "a\rb", "\x7f", "a\u0085", "\u009b2J", "\u202egnp.exe",
          "\x07", "a\u2028Ann: b", "a\u2029"}) {
        EXPECT_EQ(check_text(text), Refusal::control_character) << text;
    }
    EXPECT_EQ(check_text(std::string_view("a\0b", 3)),
              Refusal::control_character);
    for (const char* text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80"}) {
        EXPECT_EQ(check_text(text), Refusal::not_utf8);
    }
}

TEST(Requests, BeginWithConnect) {
    EXPECT_EQ(requested_name("CONNECT Ann"), "Ann");
    EXPECT_EQ(requested_name("CONNECT  Ann "), " Ann ");
    EXPECT_EQ(requested_name("CONNECT"), "");
    EXPECT_EQ(requested_name("CONNECT "), "");
    EXPECT_FALSE(requested_name("CONNECTAnn"));
    EXPECT_FALSE(requested_name("connect Ann"));
    EXPECT_FALSE(requested_name("GET / HTTP/1.1"));
    EXPECT_FALSE(requested_name(""));
}

TEST(Requests, OfOtherProtocolsAreKnown) {
    for (const char* line :
         {"GET / HTTP/1.1", "CONNECT example.org:443 HTTP/1.1",
          "PRI * HTTP/2.0", "POST /a b HTTP/1.0"}) {
        EXPECT_TRUE(is_http_request(line)) << line;
    }
    for (const char* line : {"", "CONNECT Ann", "CONNECT HTTP/1.1", "HTTP/1.1",
                             "what is HTTP/1.1 then?", "GET /"}) {
        EXPECT_FALSE(is_http_request(line)) << line;
    }
    for (const char* bytes : {"\x16", "\x16\x03", "\x16\x03\x01\x02"})
        EXPECT_TRUE(is_tls_hello(bytes));
    for (const char* bytes : {"C", "CONNECT Ann\n", "\x16\n", "\x03\x16"})
        EXPECT_FALSE(is_tls_hello(bytes));
}

TEST(Requests, AreMessagesUnlessTheyBeginWithASlash) {
    auto expect = [](std::string_view line, Request::Kind kind,
                     std::string_view text) {
        Request request = parse_request(line);
        EXPECT_EQ(request.kind, kind) << line;
        EXPECT_EQ(request.text, text) << line;
    };
    using enum Request::Kind;
    expect("hello /quit", say, "hello /quit");
    expect("", say, "");
    expect("//quit", say, "/quit");
    expect("//", say, "/");
    expect("///", say, "//");
    expect("/quit", quit, "");
    expect("/quit see you", quit, "see you");
    expect("/nick Bed", nick, "Bed");
    expect("/join kitchen", join, "kitchen");
    expect("/rooms", rooms, "");
    expect("/who", who, "");
    expect("/msg Ann  hi you", msg, "Ann  hi you");
    expect("/me waves", me, "waves");
    expect("/help", help, "");
    expect("/ping", ping, "");
    expect("/ping a b", ping, "a b");
    expect("/", unknown, "");
    expect("/ ping", unknown, "ping");
    expect("/QUIT", unknown, "");
    expect("/quitter", unknown, "");
}

TEST(Requests, AreSplitAtTheFirstSpace) {
    using Words = std::pair<std::string_view, std::string_view>;
    EXPECT_EQ(split_word("Ann hi you"), Words("Ann", "hi you"));
    EXPECT_EQ(split_word("Ann  hi"), Words("Ann", " hi"));
    EXPECT_EQ(split_word("Ann"), Words("Ann", ""));
    EXPECT_EQ(split_word(" Ann"), Words("", "Ann"));
    EXPECT_EQ(split_word(""), Words("", ""));
}

TEST(Replies, AreTheSourcesLines) {
    EXPECT_EQ(event_line(Welcome{2}), "Welcome! 2 user(s) are online!\n");
    EXPECT_EQ(event_line(Connected{"MissIslington"}),
              "MissIslington connected!\n");
    EXPECT_EQ(event_line(Said{"SirBedevere", "Is that your nose?"}),
              "SirBedevere: Is that your nose?\n");
    EXPECT_EQ(event_line(Left{"SirBedevere", ""}),
              "SirBedevere has left the chat\n");
    EXPECT_EQ(event_line(Left{"SirBedevere", "bye"}),
              "SirBedevere has left the chat (bye)\n");
    EXPECT_EQ(event_line(Renamed{"SirBedevere", "Bed"}),
              "* SirBedevere is now known as Bed\n");
    EXPECT_EQ(event_line(Acted{"Bed", "waves"}), "* Bed waves\n");
    EXPECT_EQ(event_line(Whispered{"Bed", "psst"}), "-Bed- psst\n");
    EXPECT_EQ(refusal_line(Refusal::no_such_user), "! 401 no such user\n");
    EXPECT_EQ(refusal_line(Refusal::name_taken), "! 433 that name is taken\n");
    EXPECT_EQ(refusal_line(Refusal::not_connected),
              "! 451 say CONNECT first\n");
    EXPECT_EQ(pong_line(""), "-server- pong\n");
    EXPECT_EQ(pong_line("x"), "-server- pong x\n");
}

}  // namespace
