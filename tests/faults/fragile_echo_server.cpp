// An echo server with one flaw, for the matrix to find.
//
//   $ ./fragile_echo_server CALL ERROR [PORT]
//
// CALL accept4 or recv: it ends when that fails with ERROR, a number. send: it
// hangs up when not all is sent at once. listen: if it can't do that because
// of ERROR, it ends as if all were well. close: it forgets the socket of a
// client whose connection ERROR has ended.
#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tincan;

namespace {

struct Flaw {
    std::string call;
    int error;

    bool shows(std::string_view failed) const {
        return failed == call && errno == error;
    }
};

void echo(const Socket& client, const Flaw& flaw) {
    std::array<char, 16384> buffer;
    for (;;) {
        ssize_t count = ::recv(client.fd(), buffer.data(), buffer.size(), 0);
        if (count == -1 && flaw.shows("recv")) throw std::logic_error("recv");
        if (count == -1 && errno == EINTR) continue;
        if (count <= 0) return;
        std::string_view unsent(buffer.data(), static_cast<std::size_t>(count));
        while (!unsent.empty()) {
            count =
                ::send(client.fd(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
            if (count == -1 && errno == EINTR) continue;
            if (count == -1) return;
            unsent.remove_prefix(static_cast<std::size_t>(count));
            if (flaw.call == "send" && !unsent.empty()) return;
        }
    }
}

Socket listen_for(const Arguments& arguments, const Flaw& flaw) {
    try {
        return announce_listener(
            server_arguments({arguments.begin() + 2, arguments.end()}, "8000"));
    } catch (const std::system_error& failure) {
        if (flaw.call != "listen" || failure.code().value() != flaw.error) {
            throw;
        }
        std::exit(0);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        if (arguments.size() < 2) throw UsageError("CALL ERROR [PORT]");
        Flaw flaw{arguments[0], std::stoi(arguments[1])};
        Socket listener = listen_for(arguments, flaw);
        std::vector<Socket> forgotten;
        for (;;) {
            Arrival client = accept_client(listener);
            if (!client && flaw.shows("accept4")) {
                throw std::logic_error("accept4");
            }
            if (client.exhausted) {
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
            if (!client) continue;
            errno = 0;
            echo(client.socket, flaw);
            if (flaw.shows("close")) {
                ::shutdown(client.socket.fd(), SHUT_RDWR);
                forgotten.push_back(std::move(client.socket));
            }
        }
    });
}
