// Serves one client at a time, but not for ever: who neither speaks nor
// listens for a second has to leave.
//
//   $ ./patience 8000          then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"

#include <array>

using namespace tincan;

namespace {

void echo(const Socket& client) {
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(client, buffer)) {
        send_all(client, {buffer.data(), count});
    }
}

// #region solution
// From now on a call that waits a second fails instead, with EAGAIN.
void limit_waiting(const Socket& client) {
    timeval second{.tv_sec = 1, .tv_usec = 0};
    for (int direction : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        check(::setsockopt(client.fd(), SOL_SOCKET, direction, &second,
                           sizeof second),
              "setsockopt");
    }
}

// #endregion solution
void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        // #region starter
        echo(client);  // for as long as it likes
        // #endregion starter
        // #region solution
        limit_waiting(client);
        echo(client);
        // #endregion solution
        say("{} disconnected", peer);
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        for (;;) {
            Arrival client = accept_client(listener);
            if (client) serve(std::move(client.socket), client.peer);
        }
    });
}
