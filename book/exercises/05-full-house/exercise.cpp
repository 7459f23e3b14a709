// An echo server with a thread for each client, as many as there may be.
//
//   $ ulimit -s 1000000 -v 2700000; ./full_house 8000
//                               then, in three other terminals: nc localhost
//                               8000

#include "01-blocking/connection.hpp"
#include "01-blocking/linger.hpp"
#include "01-blocking/program.hpp"

#include <array>
#include <memory>
#include <thread>

using namespace tincan;

namespace {

void echo(const Socket& client) {
    std::array<char, 16384> buffer;
    while (std::size_t count = receive(client, buffer)) {
        send_all(client, {buffer.data(), count});
    }
}

// #region starter
void serve(Socket client) {
    try {
        echo(client);
    } catch (const std::system_error& error) {
        say("disconnected: {}", error.what());
    }
}

void start_thread(Socket client) {
    std::thread(serve, std::move(client)).detach();
}
// #endregion starter
// #region solution
void serve(std::shared_ptr<Socket> client) {
    try {
        echo(*client);
    } catch (const std::system_error& error) {
        say("disconnected: {}", error.what());
    }
}

void refuse(Socket client) {
    try {
        send_all(client, "the house is full\n");
        close_after_reply(std::move(client));
    } catch (const std::system_error&) {
        // It has gone by itself: no reason to tell anybody.
    }
}

// Shared, because a thread that could not be started has taken its arguments
// with it, and the refusal needs the socket.
void start_thread(Socket client) {
    auto shared = std::make_shared<Socket>(std::move(client));
    try {
        std::thread(serve, shared).detach();
    } catch (const std::system_error& error) {
        say("refused: {}", error.what());
        refuse(std::move(*shared));
    }
}
// #endregion solution

void serve_all(const Socket& listener) {
    for (;;) {
        Arrival client = accept_client(listener);
        if (client) start_thread(std::move(client.socket));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
