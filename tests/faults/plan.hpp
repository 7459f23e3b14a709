// What the test tells the library in the server (inject.cpp), and what that
// tells the test: a piece of memory that the test shares with all processes of
// the server.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace tincan::faults {

// In the environment of the server: the file that is the memory.
inline constexpr const char* kPlanVariable = "TINCAN_FAULT_PLAN";

// The functions that the library stands in for. A call is an index in here.
inline constexpr auto kCalls = std::to_array<std::string_view>(
    {"accept4",     "bind",           "connect",    "close",    "epoll_create1",
     "epoll_ctl",   "epoll_wait",     "eventfd",    "fcntl",    "fork",
     "getsockname", "getsockopt",     "ioctl",      "listen",   "poll",
     "ppoll",       "pthread_create", "read",       "recv",     "select",
     "send",        "sendmsg",        "setsockopt", "shutdown", "socket",
     "write"});

constexpr std::size_t call_named(std::string_view name) {
    const auto* at = std::ranges::find(kCalls, name);
    if (at == kCalls.end()) throw std::out_of_range("no such call");
    return static_cast<std::size_t>(at - kCalls.begin());
}

// A server starts up until it waits on a listening socket for the first time.
// Then nothing is counted or harmed until the test says that it begins.
enum class Phase : unsigned { start_up, settling, serving };

// A fault that is no error: one byte is moved instead of many.
inline constexpr int kShort = -1;

// Which calls count when the first or second one is to be hit: EAGAIN is no
// answer of a blocking descriptor, and only what moves bytes can be short.
enum class Among : unsigned { all, nonblocking, moving };

constexpr Among among(int fault) {
    if (fault == EAGAIN) return Among::nonblocking;
    return fault == kShort ? Among::moving : Among::all;
}

// Hits the calls number `first` (from 1) to `first + times - 1` of a phase.
struct Fault {
    Phase phase = Phase::serving;
    std::size_t call = kCalls.size();
    int error = 0;  // of errno(3), or kShort
    unsigned first = 1;
    unsigned times = 1;
};

struct Plan {
    Fault fault;
    std::atomic<Phase> phase{Phase::start_up};
    std::atomic<unsigned> fired{0};
    std::atomic<unsigned> counts[3][kCalls.size()][3]{};

    // How many of these were made so far.
    std::atomic<unsigned>& made(Phase when, std::size_t call, Among which) {
        return counts[static_cast<unsigned>(when)][call]
                     [static_cast<unsigned>(which)];
    }
};

static_assert(std::atomic<unsigned>::is_always_lock_free,
              "processes share these");

}  // namespace tincan::faults
