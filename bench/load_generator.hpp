// The closed loop behind load.cpp: one thread, one epoll, and as many
// connections as are asked for.
#pragma once

#include "01-blocking/address.hpp"
#include "01-blocking/socket.hpp"
#include "04-poll/epoll_selector.hpp"
#include "bench/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kUsualMessage = 64;
constexpr std::size_t kLargestMessage = 1 << 20;

// What one command did.
struct Result {
    std::size_t connections = 0;   // alive at its end
    std::size_t bytes = 0;         // in a message
    Seconds elapsed{};             // what `roundtrips` were counted over
    std::uint64_t roundtrips = 0;  // that ended within it
    std::uint64_t total = 0;       // with those before and after it
    Histogram times;               // of all but the warm-up's
    std::uint64_t errors = 0;      // each has cost a connection
    std::string first_error;       // in words, without quotes or backslashes
};

class LoadGenerator {
public:
    // Where nothing happens on any connection for `patience`, those that wait
    // for their echo have failed.
    explicit LoadGenerator(
        const Endpoint& server,
        std::chrono::milliseconds patience = std::chrono::seconds(10));

    // Opens connections until there are `number`. Each has had an echo when
    // this returns, so that the server itself has taken it, not just its
    // kernel; and only a few at a time wait for theirs, so that a short
    // backlog is no reason to fail. Stops at the first error.
    Result connect_up_to(std::size_t number);

    // Keeps every connection busy for `window` and, before it, for a warm-up
    // of a fifth of it. The last round trips are waited for and their times
    // count: whoever is served last is not forgotten.
    Result run(Seconds window, std::size_t bytes);

    // `rounds` round trips, spread over all connections as they come.
    Result count(std::uint64_t rounds, std::size_t bytes);

private:
    struct Connection {
        Socket socket;
        std::size_t number = 0;  // in connections_
        std::uint64_t round = 0;
        std::string_view message;  // under way; empty if the connection rests
        std::size_t sent = 0;      // of it
        std::size_t received = 0;
        bool waits_to_send = false;  // for room in the kernel's buffer
        Clock::time_point began;
    };

    void start(std::size_t bytes);
    Result finish(Seconds elapsed) const;
    void open();
    void begin(Connection& connection);
    void send_rest(Connection& connection);
    bool receive_echo(Connection& connection);
    template <typename Step>
    void attempt(Connection& connection, Step step);
    template <typename Finished>
    void turn(Finished finished);
    void give_up_waiting();
    void fail(Connection& connection, const std::string& why);

    AddressList addresses_;
    std::chrono::milliseconds patience_;
    EpollSelector selector_;
    std::string text_;  // every message is a piece of it
    std::deque<Connection> connections_;
    std::size_t alive_ = 0;
    std::size_t busy_ = 0;  // of them wait for an echo
    std::size_t bytes_ = kUsualMessage;
    std::vector<char> buffer_;  // for what comes back
    Result result_;
};

}  // namespace tincan::bench
