// An echo server that sends away who says nothing for a second.
//
//   $ ./deadlines 8000         then, in two other terminals: nc localhost 8000

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
    // #region solution
    Clock::time_point leave_at;  // unless something happens before
    // #endregion solution
};

using Clients = std::map<int, Client>;

// #region solution
Clock::time_point in_a_second() {
    return Clock::now() + std::chrono::seconds(1);
}

// How long select may sleep: until `moment`, rounded up, so that it does not
// wake before and find nothing to do.
timeval time_until(Clock::time_point moment) {
    auto left = std::max(moment - Clock::now(), Clock::duration::zero());
    auto us = std::chrono::ceil<std::chrono::microseconds>(left).count();
    return {.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
}

// #endregion solution
// Does what can be done for this client now; false if it can go.
bool serve(Client& client) {
    try {
        if (client.unsent.empty()) {
            std::array<char, 16384> buffer;
            std::optional<std::size_t> count =
                try_receive(client.socket, buffer);
            if (!count) return true;
            if (*count == 0) return false;
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
        // #region starter
        clients[fd] = {std::move(client.socket), ""};
        // #endregion starter
        // #region solution
        clients[fd] = {std::move(client.socket), "", in_a_second()};
        // #endregion solution
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
        if (Clock::now() >= accept_again) FD_SET(listener.fd(), &readable);
        for (const auto& [fd, client] : clients) {
            FD_SET(fd, client.unsent.empty() ? &readable : &writable);
            highest = std::max(highest, fd);
        }
        // #region starter
        timeval timeout{.tv_sec = 1, .tv_usec = 0};
        // #endregion starter
        // #region solution
        Clock::time_point wake_at = in_a_second();
        for (const auto& [fd, client] : clients) {
            wake_at = std::min(wake_at, client.leave_at);
        }
        timeval timeout = time_until(wake_at);
        // #endregion solution
        int count =
            ::select(highest + 1, &readable, &writable, nullptr, &timeout);
        if (count == -1 && errno == EINTR) continue;
        check(count, "select");
        for (auto at = clients.begin(); at != clients.end();) {
            bool ready = FD_ISSET(at->first, &readable) ||
                         FD_ISSET(at->first, &writable);
            // #region starter
            bool stays = !ready || serve(at->second);
            // #endregion starter
            // #region solution
            if (ready) at->second.leave_at = in_a_second();
            bool stays =
                ready ? serve(at->second) : Clock::now() < at->second.leave_at;
            // #endregion solution
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
