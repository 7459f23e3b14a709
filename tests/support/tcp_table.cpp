#include "tests/support/tcp_table.hpp"

#include "01-blocking/connection.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/usage.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tincan::test {

namespace {

// "0100007F:1F40": the part behind the last colon, in hexadecimal.
std::size_t hex_behind_colon(const std::string& text) {
    return std::stoul(text.substr(text.rfind(':') + 1), nullptr, 16);
}

void add_sockets(const char* path, std::vector<TcpSocket>& found) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);  // the headings
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues, other, inode;
        fields >> number >> local >> remote >> state >> queues;
        fields >> other >> other >> other >> other >> inode;
        found.push_back(
            {.local_port = static_cast<std::uint16_t>(hex_behind_colon(local)),
             .remote_port =
                 static_cast<std::uint16_t>(hex_behind_colon(remote)),
             .state = static_cast<TcpState>(std::stoi(state, nullptr, 16)),
             .unread = hex_behind_colon(queues),
             .inode = inode});
    }
}

std::vector<TcpSocket> all_sockets() {
    std::vector<TcpSocket> found;
    add_sockets("/proc/net/tcp", found);
    add_sockets("/proc/net/tcp6", found);
    return found;
}

// "socket:[12345]" of each descriptor that is one.
std::set<std::string> descriptors_of(pid_t group) {
    std::set<std::string> names;
    for (pid_t process : processes_of_group(group)) {
        for (int fd : numbers_in(proc(process) / "fd")) {
            std::error_code gone;
            names.insert(std::filesystem::read_symlink(
                proc(process) / "fd" / std::to_string(fd), gone));
        }
    }
    return names;
}

}  // namespace

std::vector<TcpSocket> sockets_on(std::uint16_t port) {
    std::vector<TcpSocket> sockets = all_sockets();
    std::erase_if(sockets, [&](const TcpSocket& socket) {
        return socket.local_port != port;
    });
    return sockets;
}

std::set<std::uint16_t> listening_ports(pid_t group) {
    std::set<std::string> open = descriptors_of(group);
    std::set<std::uint16_t> ports;
    for (const TcpSocket& socket : all_sockets()) {
        if (socket.state == TcpState::listen &&
            open.contains("socket:[" + socket.inode + "]")) {
            ports.insert(socket.local_port);
        }
    }
    return ports;
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
