// An echo server on socket calls: a task for each client.
//
//   $ ./idle 8000               then, in two other terminals: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <array>
#include <chrono>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

Coro<void> echo(Socket client) {
    AsyncSocket connection(std::move(client));
    std::array<char, 4096> buffer;
    for (;;) {
        // #region starter
        std::size_t count = co_await sock_recv(connection, buffer);
        if (count == 0) co_return;
        std::string_view bytes(buffer.data(), count);
        co_await sock_sendall(connection, bytes);
        // #endregion starter
        // #region solution
        std::size_t count =
            co_await wait_for(sock_recv(connection, buffer), 1s);
        if (count == 0) co_return;
        std::string_view bytes(buffer.data(), count);
        co_await wait_for(sock_sendall(connection, bytes), 1s);
        // #endregion solution
    }
}

Coro<void> serve(Arrival client) {
    std::string peer = client.peer;
    try {
        co_await echo(std::move(client.socket));
        say("{} disconnected", peer);
    } catch (const std::exception& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}

Coro<void> serve_all(Socket listening) {
    AsyncSocket listener(std::move(listening), Trigger::level);
    for (;;) {
        Arrival client = co_await sock_accept(listener);
        if (client) create_task(serve(std::move(client)));
        if (client.exhausted) co_await sleep(1s);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        Endpoint endpoint = server_arguments(arguments, "8000");
        run(serve_all(announce_listener(endpoint)));
    });
}
