// The frame of a program: a loop, its main coroutine, and an orderly end.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace tincan {

// What tasks that are left over get to stop in.
inline constexpr Duration kGrace = std::chrono::seconds(2);

// #region run
// Runs `main` on a loop of its own and returns or throws what it does, after
// all other tasks were cancelled and have ended. `selector` is "select",
// "poll" or "epoll". asyncio.run
template <typename T>
T run(Coro<T> main, std::string_view selector = "epoll") {
    EventLoop loop(make_selector(selector));
    Task<T> task = loop.create_task(std::move(main), "main");
    try {
        loop.run_until_done(task.base().future());
    } catch (...) {
        loop.cancel_all(kGrace);
        throw;
    }
    loop.cancel_all(kGrace);
    return task.state()->take();
}
// #endregion run

}  // namespace tincan
