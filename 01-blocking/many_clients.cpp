// Stage 1, the wrong way to serve several clients: accept one more, then read
// a line from each that is there, in the order in which they came.
//
//   $ ./many_clients 8000       then, in two other terminals: nc localhost 8000
//
// This hangs, on purpose. While it waits for the first client's line, nobody
// else gets an answer, though theirs may have come long ago; while it waits
// for the next client, nobody gets one at all. Stages 2 to 5 repair it in four
// ways.

#include "01-blocking/connection.hpp"
#include "01-blocking/framing.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <array>
#include <chrono>
#include <thread>

using namespace tincan;

namespace {

struct Client {
    Socket socket;
    std::string peer;
    Decoder<Delimited> lines{Delimited{'\n'}};  // what came behind a line is
                                                // the beginning of the next
};

// The client's next line and its end; at the end of the stream, what there is.
std::string next_line(Client& client) {
    std::array<char, 2> piece;
    for (;;) {
        if (std::optional<std::string> line = client.lines.next()) {
            return *line + '\n';
        }
        std::size_t count = receive(client.socket, piece);
        if (count == 0) return std::string(client.lines.rest());
        std::string_view data(piece.data(), count);
        say("got data: \"{}\"", printable(data));
        client.lines.feed(data);
    }
}

// Sends a client's next line back; false when that was all it will say, for
// whatever reason. A reset is no reason to stop serving the others.
bool echo_line(Client& client) {
    try {
        std::string line = next_line(client);
        if (!line.empty()) {
            say("all the data is: \"{}\"", printable(line));
            send_all(client.socket, line);
        }
        if (line.ends_with('\n')) return true;
        say("{} disconnected", client.peer);
    } catch (const std::runtime_error& error) {
        say("{} disconnected: {}", client.peer, error.what());
    }
    return false;
}

// #region rounds
[[noreturn]] void serve_in_rounds(const Socket& listener) {
    std::vector<Client> clients;
    for (;;) {
        Arrival arrival = accept_client(listener);  // waits for one more
        if (arrival) {
            say("got a connection from {}", arrival.peer);
            clients.push_back(
                {.socket = std::move(arrival.socket), .peer = arrival.peer});
        } else if (arrival.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        for (auto client = clients.begin(); client != clients.end();) {
            bool stays = echo_line(*client);  // waits for this one
            client = stays ? client + 1 : clients.erase(client);
        }
    }
}
// #endregion rounds

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_in_rounds(announce_listener(server_arguments(arguments, "8000")));
    });
}
