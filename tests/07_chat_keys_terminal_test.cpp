// Every key of the chat client, on screens of several sizes, while messages
// arrive; and what a hostile server can make of the screen: nothing.

#include "tests/07_screen_support.hpp"
#include "tests/support/usage.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

class ChatKeys : public ChatScreen,
                 public testing::WithParamInterface<ScreenSize> {
protected:
    // Ann is in, and Bob too, who talks all the while.
    void begin() {
        open_and_join(GetParam());
        bob_.emplace(join("Bob"));
        last_ = GetParam().rows - 1;
    }

    // Types, and waits for what the input row shows then, with the cursor in
    // this column. Meanwhile a message arrives.
    void expect_line(std::string_view keys, const std::string& shown,
                     int cursor) {
        std::string message = "message " + std::to_string(++said_);
        bob_->send(message + "\n");
        type(keys);
        wait_for_row(last_, shown);
        wait_for_cursor(last_, cursor);
        terminal_->wait_for_text(message);
        EXPECT_EQ(terminal_->row(last_), shown);
    }

    std::optional<Client> bob_;
    int last_ = 0;
    int said_ = 0;
};

INSTANTIATE_TEST_SUITE_P(On, ChatKeys,
                         testing::Values(ScreenSize{.rows = 24, .columns = 80},
                                         ScreenSize{.rows = 40, .columns = 120},
                                         ScreenSize{.rows = 8, .columns = 30}),
                         [](const auto& size) {
                             return std::to_string(size.param.columns) + "x" +
                                    std::to_string(size.param.rows);
                         });

TEST_P(ChatKeys, EditTheLineWhileMessagesArrive) {
    begin();
    expect_line("one two", "> one two", 9);
    expect_line("\x01", "> one two", 2);          // Ctrl-A
    expect_line("\x1b[C\x1b[C", "> one two", 4);  // right
    expect_line("\x1b[3~", "> on two", 4);        // Delete
    expect_line("\x1bOD", "> on two", 3);         // left, the other mode
    expect_line("\x05!", "> on two!", 9);         // Ctrl-E
    expect_line("\x17", "> on", 5);               // Ctrl-W
    expect_line("\x1b[H", "> on", 2);             // Home
    expect_line("x\x1b[C", "> xon", 4);           //
    expect_line("\x0b", "> xo", 4);               // Ctrl-K
    expect_line("\x1b[1~", "> xo", 2);            // Home, another one
    expect_line("\x1b[4~", "> xo", 4);            // End
    expect_line("\x7f", "> x", 3);                // Backspace
    expect_line("yz\x1b[D", "> xyz", 4);          //
    expect_line("\x15", "> z", 2);                // Ctrl-U
    expect_line("\x1b[F", "> z", 3);              // End
    expect_line("\x1b[", "> z", 3);               // half a key
    expect_line("D\xe7", "> z", 2);               // and half a character
    expect_line("\xbe\x8e", "> 美z", 4);
    expect_line("\r", ">", 2);
    terminal_->wait_for_text("Ann: 美z");
}

TEST_P(ChatKeys, RecallWhatWasTyped) {
    begin();
    type("one\r");
    terminal_->wait_for_text("Ann: one");
    type("two\r");
    terminal_->wait_for_text("Ann: two");
    expect_line("draft", "> draft", 7);
    expect_line("\x1b[A", "> two", 5);
    expect_line("\x1b[A", "> one", 5);
    expect_line("\x1b[A", "> one", 5);
    expect_line("\x1b[B", "> two", 5);
    expect_line("\x1b[B", "> draft", 7);
    expect_line("\x1b[B", "> draft", 7);
}

TEST_P(ChatKeys, CompleteNames) {
    begin();
    expect_line("b\t", "> Bob:", 7);
    expect_line("\t", "> b", 3);
    expect_line("\x15hi bo\t", "> hi Bob", 9);
}

TEST_P(ChatKeys, ScrollBackAndTheViewStays) {
    begin();
    for (int i = 1; i <= 100; ++i)
        bob_->send(std::to_string(i) + "\n");
    terminal_->wait_for_text("Bob: 100");
    int rows = GetParam().rows - 2;
    std::string top = "Bob: " + std::to_string(100 - 2 * (rows - 1));
    type("\x1b[5~");
    terminal_->wait_for_text("more below");
    wait_for_message(rows - 1, "Bob: " + std::to_string(100 - (rows - 1)));
    std::string before = terminal_->row(0);
    bob_->send("later\n");
    terminal_->wait_for_text(std::to_string(rows) + " more below");
    EXPECT_EQ(terminal_->row(0), before);
    type("\x1b[6~");
    wait_for_message(rows - 1, "Bob: 100");
    type("typed\x1b[6~");
    wait_for_message(rows - 1, "Bob: later");
    wait_for_row(last_, "> typed");
    EXPECT_NE(terminal_->row(rows - 2).find("─ new ─"), std::string::npos)
        << terminal_->text();
    for (int i = 0; i < 100; ++i)
        type("\x1b[5~");
    wait_for_message(0, "Welcome! 1 user(s) are online!");
    type("\r");
    wait_for_message(rows - 1, "Ann: typed");
}

TEST_P(ChatKeys, AskBeforeManyPastedLinesAreSent) {
    begin();
    type("\x1b[200~1\r2\r3\r\x1b[201~");
    terminal_->wait_for_text("Ann: 3");
    type("\x1b[200~a\rb\rc\rd\re\rf\r\x1b[201~");
    wait_for_row(last_, "Send 6 lines? (y/n)");
    type("\rn");
    wait_for_row(last_, ">");
    terminal_->wait_for_text("~ Nothing was sent.");
    type("\x1b[200~a\rb\rc\rd\re\rf\r\x1b[201~y");
    terminal_->wait_for_text("Ann: b");
    EXPECT_EQ(terminal_->row(last_), ">");
}

class ChatView : public ChatScreen {};

TEST_F(ChatView, TellsWhoIsHereAndHowFarAwayTheServerIs) {
    open_and_join();
    terminal_->wait_for_text(" Ann · lobby, only you · lag ");
    Client bob = join("Bob");
    terminal_->wait_for_text(" Ann · lobby, 2 people · lag ");
    terminal_->wait_for_text("connected to 127.0.0.1:");
    type("/join attic\r");
    terminal_->wait_for_text(" Ann · attic, only you · lag ");
    type("/nick Anna\r");
    terminal_->wait_for_text(" Anna · attic, only you · lag ");
    EXPECT_EQ(terminal_->text().find("alive"), std::string::npos);
}

TEST_F(ChatView, MarksWhatCameWhileTheWindowWasNotInUse) {
    open_and_join();
    Client bob = join("Bob");
    type("\x1b[O.");  // the dot tells when it has been read
    wait_for_row(23, "> .");
    bob.send("while you were away\n");
    wait_for_message(4, "Bob: while you were away");
    EXPECT_NE(terminal_->row(3).find("─ new ─"), std::string::npos);
    type("\x1b[I\r");
    wait_for_message(4, "Ann: .");
}

TEST_F(ChatView, GivesNamesColoursWhereThereAreSome) {
    auto written = [&](const std::map<std::string, std::string>& environment) {
        ProcessOptions options;
        options.environment = environment;
        options.environment["LC_ALL"] = "C.UTF-8";
        terminal_.emplace(command({"--name", "Ann"}), ScreenSize{}, options);
        terminal_->wait_for_text("Ann connected!");
        type("\x03");
        expect_exit(0);
        return terminal_->written();
    };
    EXPECT_NE(written({{"TERM", "xterm-256color"}}).find("\033[38;5;"),
              std::string::npos);
    EXPECT_NE(written({{"TERM", "xterm"}}).find("\033[3"), std::string::npos);
    for (const std::string& plain :
         {written({{"TERM", "xterm-256color"}, {"NO_COLOR", "1"}}),
          written({{"TERM", "vt100"}})}) {
        EXPECT_EQ(plain.find("\033[3"), std::string::npos);
        EXPECT_NE(plain.find("\033[0;1m"), std::string::npos) << "bold instead";
    }
}

// A server of the test's; the client takes it for any other.
class HostileScreen : public ChatScreen {
protected:
    void let_in(ScreenSize size = {}) {
        run({kChatClient, "127.0.0.1", listener_.port(), "--name", "Ann"},
            size);
        EXPECT_EQ(listener_.accept_line(peer_), "CONNECT Ann\n");
        say("Welcome! 1 user(s) are online!\nAnn connected!\n");
        terminal_->wait_for_text("Ann connected!");
    }
    void say(std::string_view bytes) { send_all(peer_, bytes); }

    Listener listener_;
    Socket peer_;
};

TEST_F(HostileScreen, ShowsWhateverComesAndObeysNothing) {
    let_in();
    std::size_t before = terminal_->written().size();
    say("\x1b[2J\x1b]0;title\x07\x1b[5n\n");  // clear, title, a question
    say("\xc2\x9b"
        "2J\xc2\x85\x9b"
        "1A\n");                              // C1, as UTF-8 and as bytes
    say({"a\rb\x08\x7f\x00z\n", 8});          // cursor, DEL, NUL
    say("\xe2\x80\xae evil \xe2\x81\xa6\n");  // bidirectional overrides
    say("half a \xe7\xbe\n");
    say("wide 美美 e\xcc\x81 \xcc\x81x\n");  // and accents on nothing
    say(std::string(1 << 20, 'x') + "\n");
    say("(this is the end)\n");
    wait_for_message(9, "(this is the end)");
    const char* expected[] = {"�[2J�]0;title��[5n",
                              "�2J��1A",
                              "a�b���z",
                              "� evil �",
                              "half a ��",
                              "wide 美美 e\u0301 \u0301x",
                              "(a line of more than 4096 bytes)"};
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(without_time(terminal_->row(2 + i)), expected[i]);
    // Nothing of it was passed on either.
    std::string since = terminal_->written().substr(before);
    for (const char* part : {"\x1b[2J", "\x1b]", "\x1b[5n", "\xc2\x9b", "\x9b",
                             "\xe2\x80\xae", "\x7f"}) {
        EXPECT_EQ(since.find(part), std::string::npos) << part + 1;
    }
    type("still here");
    wait_for_row(23, "> still here");
}

TEST_F(HostileScreen, TakesNoMoreMemoryThanItsScrollback) {
    let_in({.rows = 10, .columns = 40});
    auto flood = [&](int lines) {
        std::string text;
        for (int i = 0; i < lines; ++i)
            text += "Name" + std::to_string(i) + ": " +
                    std::string(1000, '\x01') + "\n";
        say(text);
    };
    // 9 MB as they are shown, of which 8 MiB are kept.
    flood(3000);
    say("one\n");
    terminal_->wait_for_text("one", 20s);
    MemoryWatch memory(terminal_->pid());
    flood(3000);
    say("two\n");
    terminal_->wait_for_text("two", 20s);
#ifndef TINCAN_SANITIZED  // which keeps what was freed, for a while
    EXPECT_LT(memory.growth(), std::size_t{4} << 20);
#endif
}

TEST_F(HostileScreen, SendsTheTerminalOnlyWhatChanges) {
    let_in();
    wait_for_cursor(23, 2);  // the end of what is drawn for that
    auto written_for = [&](std::string_view keys, std::string_view row) {
        std::size_t before = terminal_->written().size();
        type(keys);
        wait_for_row(23, row);
        return terminal_->written().size() - before;
    };
    EXPECT_LT(written_for("a", "> a"), 20U);
    EXPECT_LT(written_for("bcdefghij", "> abcdefghij"), 200U);
}

TEST_F(HostileScreen, DrawsOnceForAllThatHasCome) {
    let_in();
    std::size_t before = terminal_->written().size();
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += fmt::format("Bob: number {}\n", i);
    say(text);
    terminal_->wait_for_text("Bob: number 999");
    // Each of them drawn by itself would be more than a hundred bytes.
    EXPECT_LT(terminal_->written().size() - before, 30'000U);
}

TEST_F(HostileScreen, ComesBackUnderTheSameName) {
    let_in();
    peer_ = Socket();
    EXPECT_EQ(listener_.accept_line(peer_), "CONNECT Ann\n");
    terminal_->wait_for_text("~ The connection is lost: ");
    say("! 433 that name is taken\n");
    wait_for_row(23, "Your name:");
    type("Anna\r");
    say("Welcome! 1 user(s) are online!\nAnna connected!\n");
    terminal_->wait_for_text("Anna connected!");
    wait_for_row(23, ">");
    terminal_->wait_for_text(" Anna · ");
}

TEST_F(HostileScreen, TalksToOneThatKnowsNoPing) {
    let_in();
    char buffer[64] = {};
    std::size_t count = receive(peer_, buffer);
    EXPECT_EQ(std::string_view(buffer, count), "/ping alive-1\n");
    say("Ann: /ping alive-1\nAnn: hello\n");
    wait_for_message(2, "Ann: hello");
}

// What chapter 7.3 shows.
TEST_F(ChatView, LooksAsInTheBook) {
    open_and_join({.rows = 12, .columns = 72});
    terminal_->wait_for_text("only you");
    Client bob = join("Bob");
    bob.send(
        "hello Ann, is this the room where one can talk "
        "about 美しい characters?\n");
    terminal_->wait_for_text("characters?");
    type("bo\t");
    wait_for_row(11, "> Bob:");
    type("it is\r");
    terminal_->wait_for_text("Ann: Bob: it is");
    bob.send("/me waves\n\x1b[2J\n/msg Ann psst\n");
    terminal_->wait_for_text("-Bob- psst");
    type("half a li");
    wait_for_row(11, "> half a li");
    std::string screen;
    for (int i = 0; i < 12; ++i) {
        std::string row = terminal_->row(i);
        bool timed = without_time(row) != row;
        screen += timed ? "14:05 " + without_time(row) : row;
        screen += '\n';
    }
    for (auto [begin, end] :
         {std::pair(" lag ", " ms"), std::pair("127.0.0.1:", "\n")}) {
        std::size_t at = screen.rfind(begin) + std::string(begin).size();
        screen.replace(at, screen.find(end, at) - at,
                       begin[0] == ' ' ? "1" : "8000");
    }
    EXPECT_EQ(screen, screen_in_book("07-screen.txt"));
}

}  // namespace
