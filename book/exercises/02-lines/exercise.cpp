// Sends every line back as soon as it is whole, to many clients at once.
//
//   $ ./lines 8000          then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <array>
#include <vector>

using namespace tincan;

namespace {

// #region starter
struct Client {
    Socket socket;
};

void serve(Client& client) {
    std::string line;
    std::array<char, 2> piece;
    while (!line.ends_with('\n')) {
        std::optional<std::size_t> count = try_receive(client.socket, piece);
        if (!count) return;  // not yet: we come back
        if (*count == 0) break;
        line.append(piece.data(), *count);
    }
    say("got a line: \"{}\"", printable(line));
    try_send(client.socket, line);
}

void serve_each(std::vector<Client>& clients) {
    for (Client& client : clients)
        serve(client);
}
// #endregion starter
// #region solution
constexpr std::size_t kMaxLine = 65536;

// What a conversation has to remember while the thread is with others.
struct Client {
    Socket socket;
    std::string line{};    // what has come of the next line
    std::string unsent{};  // whole lines that the kernel would not take yet
};

// Does what can be done for this client now; false once it has said all and
// has all of its echo.
bool serve(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 4096> piece;
        std::optional<std::size_t> count = try_receive(client.socket, piece);
        if (!count) return true;
        if (*count == 0) return false;
        client.line.append(piece.data(), *count);
        std::size_t end = client.line.rfind('\n') + 1;  // 0 if there is none
        client.unsent = client.line.substr(0, end);
        client.line.erase(0, end);
        if (client.line.size() > kMaxLine) return false;
    }
    std::size_t sent = try_send(client.socket, client.unsent).value_or(0);
    client.unsent.erase(0, sent);
    return true;
}

void serve_each(std::vector<Client>& clients) {
    std::erase_if(clients, [](Client& client) {
        try {
            return !serve(client);
        } catch (const std::system_error&) {
            return true;  // its connection is broken; the others' are not
        }
    });
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        set_nonblocking(listener);
        std::vector<Client> clients;
        for (;;) {
            Arrival arrival = accept_client(listener, SOCK_NONBLOCK);
            if (arrival) clients.push_back({std::move(arrival.socket)});
            serve_each(clients);
        }
    });
}
