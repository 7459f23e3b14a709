// Stage 6: the echo server of stage 1, almost word for word, and yet nobody
// waits for anybody else. The socket calls are those of the runtime: where
// they would block, the task waits and the thread goes on to another one.
//
//   $ ./sock_echo_server 8000   then, in two other terminals: nc localhost 8000
//
// Not here yet: something better to do about an error than to let the runtime
// report it (task_errors), an end in good order (echo_server).

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <array>
#include <chrono>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// #region echo
Coro<void> echo(Socket client) {
    AsyncSocket connection(std::move(client));
    std::array<char, 4096> buffer;
    for (;;) {
        std::size_t count = co_await sock_recv(connection, buffer);
        if (count == 0) co_return;
        co_await sock_sendall(connection, {buffer.data(), count});
    }
}
// #endregion echo

// #region listen_for_connections
// One coroutine is enough to accept: clients come one after the other. Each
// client is a task of its own, because it must not wait for another one.
Coro<void> listen_for_connections(Socket listening) {
    AsyncSocket listener(std::move(listening), Trigger::level);
    for (;;) {
        Arrival client = co_await sock_accept(listener);
        if (client.exhausted) {
            say("out of descriptors: the next client has to wait");
            co_await sleep(1s);
        } else {
            say("{} connected", client.peer);
            EventLoop::running().create_task(echo(std::move(client.socket)),
                                             client.peer);
        }
    }
}
// #endregion listen_for_connections

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Endpoint endpoint =
            server_arguments(arguments, "8000", kServerSynopsis);
        run(listen_for_connections(announce_listener(endpoint)), selector);
    });
}
