#include "tests/support/tcp_table.hpp"

#include "01-blocking/connection.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace tincan::test {

namespace {

// "0100007F:1F40": the part behind the last colon, in hexadecimal.
std::size_t hex_behind_colon(const std::string& text) {
    return std::stoul(text.substr(text.rfind(':') + 1), nullptr, 16);
}

void add_sockets(const char* path, std::uint16_t port,
                 std::vector<TcpSocket>& found) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);  // the headings
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues;
        fields >> number >> local >> remote >> state >> queues;
        if (hex_behind_colon(local) != port) continue;
        found.push_back(
            {.local_port = port,
             .remote_port =
                 static_cast<std::uint16_t>(hex_behind_colon(remote)),
             .state = static_cast<TcpState>(std::stoi(state, nullptr, 16)),
             .unread = hex_behind_colon(queues)});
    }
}

}  // namespace

std::vector<TcpSocket> sockets_on(std::uint16_t port) {
    std::vector<TcpSocket> found;
    add_sockets("/proc/net/tcp", port, found);
    add_sockets("/proc/net/tcp6", port, found);
    return found;
}

bool is_listening(std::uint16_t port) {
    return std::ranges::any_of(sockets_on(port), [](const TcpSocket& socket) {
        return socket.state == TcpState::listen;
    });
}

std::size_t unread_bytes(std::uint16_t local, std::uint16_t remote) {
    for (const TcpSocket& socket : sockets_on(local)) {
        if (socket.remote_port == remote) return socket.unread;
    }
    return 0;
}

std::uint16_t free_port() {
    Socket listener = listen_on({.host = "127.0.0.1", .port = "0"});
    std::string address = to_string(local_address(listener));
    return static_cast<std::uint16_t>(
        std::stoul(address.substr(address.rfind(':') + 1)));
}

}  // namespace tincan::test
