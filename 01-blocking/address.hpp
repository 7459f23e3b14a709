// Addresses: from names to what the kernel wants, and back to text.
#pragma once

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/core.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace tincan {

// Where a server listens or a client connects. Both fields are what a user
// typed: a name or number for the host, decimal digits for the port.
struct Endpoint {
    std::string host;
    std::string port;
};

// "localhost:8000", "[::1]:8000"
inline std::string to_string(const Endpoint& endpoint) {
    bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", endpoint.host,
                       ipv6 ? "]" : "", endpoint.port);
}

// A socket address of either family, as accept, getsockname and connect
// exchange it with the kernel.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// "127.0.0.1:8000", "[::1]:8000"
inline std::string to_string(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.storage.ss_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &address.storage, sizeof ipv4);
        ::inet_ntop(AF_INET, &ipv4.sin_addr, text.data(), text.size());
        return fmt::format("{}:{}", text.data(), ntohs(ipv4.sin_port));
    }
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address.storage, sizeof ipv6);
    ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(ipv6.sin6_port));
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// All TCP addresses that `endpoint` stands for, in the order in which they
// should be tried. May ask the network, and waits for its answer. Throws
// std::runtime_error with getaddrinfo's own words. getaddrinfo(3)
inline AddressList resolve(const Endpoint& endpoint, int flags = 0) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(),
                              &hints, &list);
    if (error != 0) {
        throw std::runtime_error(fmt::format("resolve {}: {}", endpoint.host,
                                             ::gai_strerror(error)));
    }
    return {list, &::freeaddrinfo};
}

}  // namespace tincan
