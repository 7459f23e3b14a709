// How the servers of this stage come to an end.
#pragma once

#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <csignal>

namespace tincan {

inline constexpr Duration kForever = std::chrono::hours(24 * 365 * 100);

// #region serve_until
// Serves until `stop` is set, or for `at_most`; then lets everybody finish, for
// two seconds in all.
inline Coro<void> serve_until(Server& server, Event& stop,
                              Duration at_most = kForever) {
    using namespace std::chrono_literals;
    try {
        co_await wait_for(stop.wait(), at_most);
    } catch (const TimeoutError&) {
        stop.set();
    }
    server.close();
    server.stop_reading();
    try {
        co_await wait_for(server.wait_closed(), 2s);
    } catch (const TimeoutError&) {
        server.abort_clients();
    }
    co_await server.wait_closed();
}
// #endregion serve_until

// #region serve_until_signal
// The same until the first SIGINT or SIGTERM. A second one cuts them off.
inline Coro<void> serve_until_signal(Server server,
                                     Duration at_most = kForever) {
    Event stop;
    SignalScope signals(EventLoop::running(), {SIGINT, SIGTERM}, [&] {
        if (stop.is_set()) server.abort_clients();
        stop.set();
    });
    co_await serve_until(server, stop, at_most);
}
// #endregion serve_until_signal

}  // namespace tincan
