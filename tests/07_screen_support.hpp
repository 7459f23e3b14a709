// The chat client on a terminal, and a server for it: a real one, or one that
// does what the test says.
#pragma once

#include "01-blocking/connection.hpp"
#include "tests/07_support.hpp"
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::test {

// "14:05 text" is "text"; anything else is itself.
inline std::string without_time(std::string row) {
    auto digit = [&](std::size_t at) {
        return std::isdigit(static_cast<unsigned char>(row[at])) != 0;
    };
    bool time = row.size() > 6 && digit(0) && digit(1) && row[2] == ':' &&
                digit(3) && digit(4) && row[5] == ' ';
    return time ? row.substr(6) : row;
}

// Ends a connection so that its peer gets an error.
inline void reset(Socket socket) {
    linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// A server that does what the test says.
class Listener {
public:
    Listener() : socket_(listen_on({"127.0.0.1", "0"})) {}

    std::string port() const { return endpoint_of(socket_).port; }

    Socket accept() const { return accept_in_time(socket_); }
    // Takes the client in, and gives its first line.
    std::string accept_line(Socket& client) const {
        client = accept();
        std::string line;
        char c = 0;
        while (c != '\n' && receive(client, {&c, 1}) == 1)
            line += c;
        return line;
    }

private:
    Socket socket_;
};

class ChatScreen : public testing::Test {
protected:
    ChatScreen()
        : server_(Server::ours({kChatServer, "{port}", "--rate", "0"})) {}

    static ProcessOptions on_xterm() {
        ProcessOptions options;
        options.environment = {{"TERM", "xterm-256color"},
                               {"LC_ALL", "C.UTF-8"}};
        return options;
    }
    Command command(const Command& arguments) {
        Command all{kChatClient, "127.0.0.1", std::to_string(server_.port())};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }

    void open(const Command& arguments = {"--name", "Ann"},
              ScreenSize size = {}) {
        run(command(arguments), size);
    }
    void run(const Command& command, ScreenSize size = {}) {
        terminal_.emplace(command, size, on_xterm());
    }

    // Ann is in, and the screen shows it.
    void open_and_join(ScreenSize size = {}) {
        open({"--name", "Ann"}, size);
        terminal_->wait_for_text("Ann connected!");
    }

    // Somebody else in the room.
    Client join(const std::string& name) {
        Client client(server_.endpoint());
        client.send("CONNECT " + name + "\n");
        client.receive_line();
        client.receive_line();
        terminal_->wait_for_text(name + " connected!");
        return client;
    }

    void type(std::string_view keys) { terminal_->type(keys); }

    void wait_for_row(int row, std::string_view text) {
        terminal_->wait_for_row(row, text);
    }

    // The same behind the time, which no test can know.
    void wait_for_message(int row, std::string_view text) {
        terminal_->wait_until(
            [&](const Terminal& now) {
                return without_time(now.row(row)) == text;
            },
            "row " + std::to_string(row) + " is a time and \"" +
                std::string(text) + '"');
    }

    void wait_for_cursor(int row, int column) {
        terminal_->wait_for_cursor(row, column);
    }

    void expect_exit(int code) {
        auto exit = terminal_->wait_exit();
        ASSERT_TRUE(exit) << "still runs\n" << terminal_->text();
        EXPECT_EQ(to_string(*exit), "exited with " + std::to_string(code))
            << terminal_->text();
    }

    // The terminal of somebody who has just come to it.
    void expect_terminal_as_before(const termios& before) {
        EXPECT_TRUE(same_modes(terminal_->modes(), before));
        EXPECT_FALSE(terminal_->alternate_screen());
        EXPECT_FALSE(terminal_->bracketed_paste());
        std::size_t focus = terminal_->written().rfind("\033[?1004");
        if (focus != std::string::npos) {
            EXPECT_EQ(terminal_->written().substr(focus, 8), "\033[?1004l");
        }
        EXPECT_TRUE(terminal_->cursor().visible);
    }

    Server server_;
    std::optional<Terminal> terminal_;
};

// What a terminal is like before anything runs on it.
inline termios fresh_modes() {
    Terminal terminal({"true"});
    terminal.wait_exit();
    return terminal.modes();
}

}  // namespace tincan::test
