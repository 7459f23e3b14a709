// Stage 1: a server in five system calls. It waits for one client, says who it
// was, and ends.
//
//   $ ./accept_one 8000         then, in another terminal: nc localhost 8000
//
// The socket calls are spelled out here, once. The programs after this one use
// address.hpp and connection.hpp, which also know names and IPv6.

#include "01-blocking/program.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

using namespace tincan;

namespace {

// "127.0.0.1:8000". The network stores a port with its high byte first, most
// processors with the low one first: ntohs(3) and htons(3) translate.
std::string text_of(const sockaddr_in& address) {
    std::array<char, INET_ADDRSTRLEN> host{};
    ::inet_ntop(AF_INET, &address.sin_addr, host.data(), host.size());
    return fmt::format("{}:{}", host.data(), ntohs(address.sin_port));
}

// #region address
sockaddr_in address_of(const Endpoint& endpoint) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(endpoint.port)));
    if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
        throw UsageError("[PORT [IPV4-ADDRESS]]   (names: see echo_server)");
    }
    return address;
}
// #endregion address

// #region five_calls
void accept_one(sockaddr_in address) {
    // A socket for TCP over IPv4. What we get is a number, a descriptor, as
    // for an open file.
    int listener =
        check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

    // Without this, a server that was stopped a moment ago can't be started
    // again: the kernel keeps its port for a minute.
    int on = 1;
    check(::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
          "setsockopt");

    // Its address, where clients will find it.
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    check(::bind(listener, generic, size),
          ("bind " + text_of(address)).c_str());

    // From here on the kernel answers clients, and lets them queue.
    check(::listen(listener, SOMAXCONN), "listen");
    check(::getsockname(listener, generic, &size), "getsockname");
    print_line("listening on {}", text_of(address));

    // Waits until somebody is in the queue. The result is a second socket, for
    // this one client; the first one goes on listening.
    sockaddr_in peer{};
    size = sizeof peer;
    int client = check(::accept4(listener, reinterpret_cast<sockaddr*>(&peer),
                                 &size, SOCK_CLOEXEC),
                       "accept");
    say("got a connection from {}", text_of(peer));

    ::close(client);
    ::close(listener);
}
// #endregion five_calls

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        accept_one(address_of(server_arguments(arguments, "8000")));
    });
}
