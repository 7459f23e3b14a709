#include "tests/support/tcp_table.hpp"

#include "01-blocking/connection.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/usage.hpp"

#include <fmt/core.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

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

// False if another test has it. The mark is a name that only one socket can
// have, in no directory, and goes with this process. unix(7), "abstract"
bool reserve(int port) {
    static std::vector<Socket> marks;
    std::string name = fmt::format("tincan test on port {}", port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(name, address.sun_path + 1);
    std::size_t size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    Socket mark(
        check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (::bind(mark.fd(), reinterpret_cast<sockaddr*>(&address),
               static_cast<socklen_t>(size)) == -1) {
        return false;
    }
    marks.push_back(std::move(mark));
    return true;
}

bool can_listen_on(int port) {
    try {
        listen_on({.host = "127.0.0.1", .port = std::to_string(port)});
        return true;
    } catch (const std::system_error&) {
        return false;
    }
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
    constexpr int kFirst = 20000;
    constexpr int kCount = 12000;
    static int next = ::getpid();
    for (int tried = 0; tried < kCount; ++tried) {
        int port = kFirst + next++ % kCount;
        if (reserve(port) && can_listen_on(port)) {
            return static_cast<std::uint16_t>(port);
        }
    }
    throw std::runtime_error("no port is free");
}

}  // namespace tincan::test
