// An echo server with select that should rest when nobody speaks.
//
//   $ ./spin 8000              then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <sys/select.h>

#include <array>
#include <chrono>
#include <map>

using namespace tincan;
using Clock = std::chrono::steady_clock;

namespace {

struct Client {
    Socket socket;
    std::string unsent;
};

using Clients = std::map<int, Client>;

// Does what can be done for this client now; false if it can go.
bool serve(Client& client) {
    try {
        if (client.unsent.empty()) {
            std::array<char, 16384> buffer;
            std::optional<std::size_t> count =
                try_receive(client.socket, buffer);
            // #region starter
            if (!count || *count == 0) return true;
            // #endregion starter
            // #region solution
            if (!count) return true;
            if (*count == 0) return false;
            // #endregion solution
            client.unsent.assign(buffer.data(), *count);
        }
        client.unsent.erase(0,
                            try_send(client.socket, client.unsent).value_or(0));
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

void accept_one(const Socket& listener, Clients& clients,
                Clock::time_point& accept_again) {
    Arrival client = accept_client(listener, SOCK_NONBLOCK);
    if (client && client.socket.fd() < FD_SETSIZE) {
        int fd = client.socket.fd();
        clients[fd] = {std::move(client.socket), ""};
    } else if (client.exhausted) {
        accept_again = Clock::now() + std::chrono::seconds(1);
    }
}

[[noreturn]] void serve_all(const Socket& listener) {
    set_nonblocking(listener);
    Clients clients;
    Clock::time_point accept_again{};
    for (;;) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        int highest = listener.fd();
        // #region starter
        FD_SET(listener.fd(), &readable);
        // #endregion starter
        // #region solution
        if (Clock::now() >= accept_again) FD_SET(listener.fd(), &readable);
        // #endregion solution
        for (const auto& [fd, client] : clients) {
            // #region starter
            FD_SET(fd, &readable);
            FD_SET(fd, &writable);
            // #endregion starter
            // #region solution
            FD_SET(fd, client.unsent.empty() ? &readable : &writable);
            // #endregion solution
            highest = std::max(highest, fd);
        }
        timeval second{.tv_sec = 1, .tv_usec = 0};
        int count =
            ::select(highest + 1, &readable, &writable, nullptr, &second);
        if (count == -1 && errno == EINTR) continue;
        check(count, "select");
        for (auto at = clients.begin(); at != clients.end();) {
            bool ready = FD_ISSET(at->first, &readable) ||
                         FD_ISSET(at->first, &writable);
            bool stays = !ready || serve(at->second);
            at = stays ? std::next(at) : clients.erase(at);
        }
        if (FD_ISSET(listener.fd(), &readable)) {
            accept_one(listener, clients, accept_again);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        serve_all(announce_listener(server_arguments(arguments, "8000")));
    });
}
