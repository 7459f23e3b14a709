// The chat client on a terminal: what is seen, and how the terminal is left.

#include "tests/07_screen_support.hpp"

#include <csignal>
#include <string>
#include <utility>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

TEST_F(ChatScreen, ShowsMessagesFromTheTopAndTheInputAtTheBottom) {
    open_and_join();
    wait_for_message(0, "Welcome! 1 user(s) are online!");
    wait_for_message(1, "Ann connected!");
    type("Hällo 美 😀");
    wait_for_row(23, "> Hällo 美 😀");
    wait_for_cursor(23, 13);
    type("\r");
    wait_for_message(2, "Ann: Hällo 美 😀");
    wait_for_row(23, ">");
    EXPECT_NE(terminal_->row(22).find("Ann"), std::string::npos);
}

TEST_F(ChatScreen, AsksForTheNameAndAgainIfItIsRefused) {
    open({});
    wait_for_row(23, "Your name:");
    type("Ann Lee\r");
    terminal_->wait_for_text("! 432 ");
    wait_for_row(23, "Your name:");
    type("Ann\r");
    terminal_->wait_for_text("Ann connected!");
    wait_for_row(23, ">");
}

TEST_F(ChatScreen, DoesNotDisturbTheLineBeingTyped) {
    open_and_join({.rows = 10, .columns = 40});
    Client bob = join("Bob");
    type("half a line");
    wait_for_row(9, "> half a line");
    type("\x1b[D\x1b[D\x1b[D\x1b[D");
    wait_for_cursor(9, 9);
    for (int i = 0; i < 20; ++i) {
        bob.send("message " + std::to_string(i) + "\n");
    }
    wait_for_message(7, "Bob: message 19");
    wait_for_message(0, "Bob: message 12");
    wait_for_row(9, "> half a line");
    wait_for_cursor(9, 9);
    type("whole \r");
    wait_for_message(7, "Ann: half a whole line");
}

TEST_F(ChatScreen, EditsByWholeCharacters) {
    open_and_join();
    type("ae\u0301🇩🇪\x7f");
    wait_for_row(23, "> ae\u0301");
    wait_for_cursor(23, 4);
    type("\x7f");
    wait_for_row(23, "> a");
    type("bc\x01X\x05Y\x17Z\r");
    terminal_->wait_for_text("Ann: Z");
}

TEST_F(ChatScreen, FollowsEveryResize) {
    open_and_join();
    type("typed");
    wait_for_row(23, "> typed");
    terminal_->resize({.rows = 10, .columns = 40});
    wait_for_row(9, "> typed");
    wait_for_message(0, "Welcome! 1 user(s) are online!");
    terminal_->resize({.rows = 5, .columns = 12});
    wait_for_row(4, "> typed");
    wait_for_row(2, "connected!");
    terminal_->resize({.rows = 1, .columns = 4});
    wait_for_row(0, "> d");
    terminal_->resize({.rows = 30, .columns = 100});
    wait_for_row(29, "> typed");
    wait_for_message(1, "Ann connected!");
    type("\r");
    terminal_->wait_for_text("Ann: typed");
}

TEST_F(ChatScreen, IgnoresKeysItDoesNotKnow) {
    open_and_join();
    type("a\x1b[15~\x1b[Z\x1b[29~\x1bOPb");
    wait_for_row(23, "> ab");
}

TEST_F(ChatScreen, IsNotDrivenByWhatOthersSay) {
    open_and_join();
    Client bob = join("Bob");
    bob.send("\x1b[2J\x1b[31m\n\u200bfine\n");
    wait_for_message(3, "Bob: �fine");
    wait_for_message(0, "Welcome! 1 user(s) are online!");
}

struct End {
    const char* name;
    const char* keys;
    int signal;
};

class AtTheEnd : public ChatScreen, public testing::WithParamInterface<End> {};

TEST_P(AtTheEnd, TheTerminalIsAsItWas) {
    termios before = fresh_modes();
    open_and_join();
    EXPECT_TRUE(terminal_->alternate_screen());
    EXPECT_FALSE(same_modes(terminal_->modes(), before));
    type("half a line");
    wait_for_row(23, "> half a line");
    type(GetParam().keys);
    if (GetParam().signal != 0) terminal_->signal(GetParam().signal);
    expect_exit(0);
    expect_terminal_as_before(before);
}

INSTANTIATE_TEST_SUITE_P(
    By, AtTheEnd,
    testing::Values(End{"quit", "\x15/quit\r", 0},
                    End{"EndOfInput", "\x15\x04", 0}, End{"CtrlC", "\x03", 0},
                    End{"CtrlBackslash", "\x1c", 0}, End{"Term", "", SIGTERM},
                    End{"HangUp", "", SIGHUP}, End{"Alarm", "", SIGALRM},
                    End{"Usr1", "", SIGUSR1}, End{"Usr2", "", SIGUSR2}),
    [](const auto& end) { return std::string(end.param.name); });

TEST_F(ChatScreen, LeavesTheTerminalAsItWasWhenTheServerGoes) {
    termios before = fresh_modes();
    open({"--name", "Ann", "--once"});
    terminal_->wait_for_text("Ann connected!");
    server_.process().signal(SIGTERM);
    expect_exit(0);
    expect_terminal_as_before(before);
    EXPECT_NE(terminal_->text().find("-server- this server is ending"),
              std::string::npos)
        << terminal_->text();
}

TEST_F(ChatScreen, LeavesTheTerminalAsItWasWhenThereIsNoServer) {
    termios before = fresh_modes();
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    run({kChatClient, nobody.host, nobody.port, "--name", "Ann"});
    expect_exit(1);
    expect_terminal_as_before(before);
    EXPECT_NE(terminal_->text().find("Connection refused"), std::string::npos)
        << terminal_->text();
}

TEST_F(ChatScreen, LeavesTheTerminalAsItWasWhenTheConnectionIsLost) {
    termios before = fresh_modes();
    Listener listener;
    run({kChatClient, "127.0.0.1", listener.port(), "--once"});
    wait_for_row(23, "Your name:");
    reset(listener.accept());
    expect_exit(1);
    expect_terminal_as_before(before);
    EXPECT_NE(terminal_->text().find("Connection reset by peer"),
              std::string::npos)
        << terminal_->text();
}

TEST_F(ChatScreen, LeavesTheTerminalAsItWasAfterAnException) {
    termios before = fresh_modes();
    Listener listener;
    run({kChatClient, "127.0.0.1", listener.port(), "--name", "Ann", "--once"});
    Socket server;
    EXPECT_EQ(listener.accept_line(server), "CONNECT Ann\n");
    send_all(server, "Welcome! 1 user(s) are online!\n");
    terminal_->wait_for_text("Welcome!");
    reset(std::move(server));
    expect_exit(1);
    expect_terminal_as_before(before);
    EXPECT_NE(terminal_->written().find("\033[?1049h"), std::string::npos);
    EXPECT_NE(terminal_->text().find("Connection reset by peer"),
              std::string::npos)
        << terminal_->text();
}

TEST_F(ChatScreen, LeavesTheTerminalAsItWasWhileItTriesToReconnect) {
    termios before = fresh_modes();
    open_and_join();
    server_.process().signal(SIGKILL);
    terminal_->wait_for_text("The connection is lost");
    terminal_->wait_for_text("trying again in");
    type("\x03");
    expect_exit(0);
    expect_terminal_as_before(before);
}

TEST_F(ChatScreen, StopsWithCtrlZAndComesBack) {
    // A shell with job control, which waits for Enter before and after.
    run({"sh", "-c",
         "set -m; echo before; read x; '" + kChatClient + "' 127.0.0.1 " +
             std::to_string(server_.port()) +
             " --name Ann; echo meanwhile; read x; fg; echo after; read x"});
    terminal_->wait_for_text("before");
    termios before = terminal_->modes();
    type("\r");
    terminal_->wait_for_text("Ann connected!");
    type("half");
    wait_for_row(23, "> half");

    type("\x1a");
    terminal_->wait_for_text("meanwhile");
    expect_terminal_as_before(before);
    Client bob(server_.endpoint());
    bob.send("CONNECT Bob\n");
    bob.receive_line();
    terminal_->resize({.rows = 12, .columns = 50});

    type("\r");
    wait_for_row(11, "> half");
    terminal_->wait_for_text("Bob connected!");
    type(" a line\r");
    terminal_->wait_for_text("Ann: half a line");
    type("/quit\r");
    terminal_->wait_for_text("after");
    expect_terminal_as_before(before);
}

TEST_F(ChatScreen, IsALineClientWhereNoCursorCanBeMoved) {
    ProcessOptions options;
    options.environment = {{"TERM", "dumb"}};
    terminal_.emplace(
        Command{kChatClient, "127.0.0.1", std::to_string(server_.port())},
        ScreenSize{}, options);
    terminal_->wait_for_text("Your name:");
    type("Ann\r");
    terminal_->wait_for_text("Ann connected!");
    type("hello\r");
    terminal_->wait_for_text("Ann: hello");
    type("\x04");
    expect_exit(0);
}

}  // namespace
