// Who may come in: there are so many seats, and perhaps fewer for each
// address.
#pragma once

#include "07-chat/ending.hpp"
#include "07-chat/limits.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::chat {

// The part of "127.0.0.1:53412" or "[2001:db8::1]:53412" that stands for one
// place. Who has one IPv6 address usually has 2^64 of them: only the network
// counts there.
std::string address_of(std::string_view peer);

// #region seats
class Seats {
public:
    // `limits` must outlive it.
    explicit Seats(const Limits& limits) : limits_(limits) {}

    // Why nobody from there may come in now, if so.
    std::optional<Ending> objection(const std::string& address) const;
    std::size_t taken() const { return taken_; }

private:
    friend class Seat;

    const Limits& limits_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> taken_from_;
};

// One of them, for as long as it lives.
class Seat {
public:
    Seat(Seats& seats, std::string address);
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    ~Seat();

private:
    Seats& seats_;
    std::string address_;
};
// #endregion seats

// How many descriptors stay free of clients: for what the server needs itself,
// and for guests who are told that there is no seat for them.
inline constexpr std::size_t kReserve = 32;

// How many clients that leaves room for. Half, if there are so few.
constexpr std::size_t seats_for(std::size_t descriptors) {
    return descriptors < 2 * kReserve ? descriptors / 2
                                      : descriptors - kReserve;
}

// Gives this process as many descriptors as it may have, and returns how many.
std::size_t raise_descriptor_limit();

}  // namespace tincan::chat
