// Stage 1: reads one line from one client, two bytes at a time so that one can
// watch it arrive, sends it back, and ends.
//
//   $ ./read_line 8000          then, in another terminal: nc -C localhost 8000
//
// Not here yet: a second line, a second client.

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <array>

using namespace tincan;

namespace {

constexpr std::size_t kMaxLine = 65536;  // bytes, its end included

// #region read_line
// All up to the end of the first line, or of the stream if that comes first.
// The end is looked for anywhere in a piece, not only where the piece ends. A
// line may end in "\r\n" (telnet, nc -C) or in "\n" alone (nc): either way its
// last byte is '\n', and two bytes that were torn apart can't escape us.
std::string read_line(const Socket& client) {
    std::string line;
    std::array<char, 2> piece;
    while (std::size_t count = receive(client, piece)) {
        std::string_view data(piece.data(), count);
        say("got data: \"{}\"", printable(data));
        if (std::size_t end = data.find('\n'); end != data.npos) {
            return line.append(data.substr(0, end + 1));
        }
        line += data;
        if (line.size() >= kMaxLine) {
            throw std::runtime_error(
                fmt::format("line longer than {} bytes", kMaxLine));
        }
    }
    return line;
}
// #endregion read_line

// #region conversation
void serve(Socket client) {
    std::string line = read_line(client);
    say("all the data is: \"{}\"", printable(line));
    send_all(client, line);
    close_after_reply(std::move(client));
}
// #endregion conversation

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        Arrival client;
        while (!client)
            client = accept_client(listener);
        say("got a connection from {}", client.peer);
        serve(std::move(client.socket));
    });
}
