#include "07-chat/seats.hpp"

#include "01-blocking/socket.hpp"

#include <arpa/inet.h>
#include <sys/resource.h>

#include <array>
#include <utility>

namespace tincan::chat {

std::string address_of(std::string_view peer) {
    std::string host(peer.substr(0, peer.rfind(':')));
    if (!host.starts_with('[') || !host.ends_with(']')) return host;
    host = host.substr(1, host.size() - 2);
    in6_addr address{};
    if (::inet_pton(AF_INET6, host.c_str(), &address) != 1) return host;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return host;  // IPv4, in disguise
    for (std::size_t i = 8; i < sizeof address.s6_addr; ++i)
        address.s6_addr[i] = 0;
    std::array<char, INET6_ADDRSTRLEN> network{};
    ::inet_ntop(AF_INET6, &address, network.data(), network.size());
    return std::string(network.data()) + "/64";
}

std::optional<Ending> Seats::objection(const std::string& address) const {
    if (taken_ >= limits_.max_clients) return Ending::full;
    if (limits_.max_per_address == 0) return std::nullopt;
    auto found = taken_from_.find(address);
    if (found == taken_from_.end()) return std::nullopt;
    if (found->second < limits_.max_per_address) return std::nullopt;
    return Ending::crowded_address;
}

Seat::Seat(Seats& seats, std::string address)
    : seats_(seats), address_(std::move(address)) {
    ++seats_.taken_;
    ++seats_.taken_from_[address_];
}

Seat::~Seat() {
    --seats_.taken_;
    auto from = seats_.taken_from_.find(address_);
    if (--from->second == 0) seats_.taken_from_.erase(from);
}

// getrlimit(2). What stands in the way of a higher limit is no error of ours.
std::size_t raise_descriptor_limit() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    rlimit all{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &all) == 0) limit = all;
    return limit.rlim_cur;
}

}  // namespace tincan::chat
