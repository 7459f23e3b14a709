// Stage 5: a client for the NUL-framed chat servers. One thread waits for the
// keyboard, one for the server: neither wait holds up the other.
//
//   $ ./chat_client localhost 4040       "q" or Ctrl-D quits
//
// Not here: what arrives while you type tears your line apart (stage 7).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "04-poll/nul_chat.hpp"

#include <array>
#include <thread>

using namespace tincan;

namespace {

// #region type
// Sends one line; false if that was the last one.
bool send_line(const Socket& server, std::string_view line) {
    if (line == "q") return false;
    try {
        send_all(server, to_bytes(line));
    } catch (const FramingError& error) {
        print_line("(not sent: {})", error.what());
    }
    return true;
}

void send_lines(const Socket& server) {
    Decoder lines(Delimited{'\n'}, 16 * kMaxMessage);
    std::array<char, 4096> buffer;
    for (;;) {
        ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count == -1 && errno == EINTR) continue;
        if (check(count, "read") == 0) break;
        lines.feed({buffer.data(), static_cast<std::size_t>(count)});
        while (std::optional<std::string> line = lines.next()) {
            if (!send_line(server, *line)) return;
        }
    }
    if (!lines.rest().empty()) send_line(server, lines.rest());
}

// The typing thread. At its end the server is told that we are done; the
// answer to that, the end of what it says, ends the listening and so the
// program.
void type(std::shared_ptr<const Socket> server) {
    try {
        send_lines(*server);
    } catch (const std::exception& error) {
        print_line("(not sent: {})", error.what());
    }
    ::shutdown(server->fd(), SHUT_WR);
}
// #endregion type

// #region listen
void listen(const Socket& server) {
    NulDecoder decoder(Delimited{}, kMaxMessage + 100);  // "PEER: " and text
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(server, buffer)) {
        decoder.feed({buffer.data(), count});
        while (std::optional<std::string> message = decoder.next()) {
            print_line("{}", printable(*message));
        }
    }
}
// #endregion listen

// #region main
void chat(const Endpoint& endpoint) {
    auto server = std::make_shared<const Socket>(connect_to(endpoint));
    print_line("connected to {}; type messages, enter to send, q to quit",
               to_string(endpoint));
    // The typing thread is left alone in its wait for the keyboard when the
    // server ends: nothing can wake it there, and nothing has to.
    std::thread(type, server).detach();
    listen(*server);
    print_line("the server has closed the connection");
}
// #endregion main

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        chat(client_arguments(arguments, kNulChatPort));
    });
}
