// Stage 5: a process for each client. What one of them does to its memory, no
// other one sees, not even by crashing.
//
//   $ ./fork_echo_server 8000   then: nc localhost 8000, and look at it with
//                               ps --forest
//
// Not here: a bound on the number of processes, and ending well: with the
// parent its children end, whatever they are doing (stage 6).

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

using namespace tincan;

namespace {

// Sends back all that the client says, until it has said everything.
void echo(const Socket& client) {
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(client, buffer)) {
        send_all(client, {buffer.data(), count});
    }
}

// One client from the first byte to the last. Whatever goes wrong with its
// connection ends here: the others must not notice.
void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        echo(client);
        say("{} disconnected", peer);
    } catch (const std::system_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}

// #region fork
// The child has a copy of all that the parent has. It closes its copy of the
// listener, or nobody else could listen on that port until it ends; the parent
// closes its copy of the client, or the client would never see the end. When
// the system will not give us another process, this client is refused.
void start_process(Arrival client, Socket& listener) {
    pid_t parent = ::getpid();
    pid_t child = ::fork();
    if (child == -1) {
        say("{} refused: no process for it: {}", client.peer,
            std::generic_category().message(errno));
        return;
    }
    if (child != 0) return;
    // Gone when the parent is, also when it is killed; and it may have been
    // before we asked for that.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) std::_Exit(1);
    listener = Socket();
    serve(std::move(client.socket), client.peer);
    std::_Exit(0);
}
// #endregion fork

// #region accept
// Who ignores SIGCHLD need not wait for his children: the kernel forgets each
// of them when it ends. Otherwise they would stay as zombies.
[[noreturn]] void serve_all(Socket listener) {
    std::signal(SIGCHLD, SIG_IGN);
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) {
            start_process(std::move(client), listener);
        } else if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
}
// #endregion accept

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
