// Several at once and all their results; and one that is not cancelled with
// who waits for it.
#pragma once

#include "06-coroutines/tincan/wait.hpp"

#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tincan {

namespace detail {

// A coroutine begins to run beside us; a task or a future does already.
template <typename T>
Task<T> started(Coro<T> coro) {
    return EventLoop::running().create_task(std::move(coro));
}
template <HasAwaiter Handle>
Handle started(Handle handle) {
    return handle;
}

// #region settle
// Until all have a result, or the first has none; then throws what it ended
// with. Cancelled itself, it cancels them, and waits for all of them.
inline Coro<void> settle(Several::Futures futures) {
    Several::EndsIt ends_it = [](const FutureBase& future) {
        return future.failed() || future.cancelled();
    };
    bool cancelled = false;
    bool settled = false;
    while (!settled) {
        try {
            co_await Several(futures, ends_it);
            settled = true;
        } catch (const CancelledError&) {
            cancelled = true;
            ends_it = [](const FutureBase&) { return false; };
            for (const auto& future : futures)
                future->cancel();
        }
    }
    if (cancelled) throw CancelledError();
    for (const auto& future : futures) {
        if (future->cancelled()) throw CancelledError();
        if (future->failed()) std::rethrow_exception(future->exception());
    }
}
// #endregion settle

// What stands for a result among others, if it is void.
template <typename T>
using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename... Results>
struct Gathered {
    using type = std::tuple<Stored<Results>...>;
};
template <typename... Results>
requires(std::is_void_v<Results>&&...) struct Gathered<Results...> {
    using type = void;
};

template <typename T>
using AllOf =
    std::conditional_t<std::is_void_v<T>, void, std::vector<Stored<T>>>;

template <typename Handle>
auto take(const Handle& handle) {
    using Result = decltype(handle.state()->take());
    if constexpr (std::is_void_v<Result>) {
        return std::monostate();
    } else {
        return handle.state()->take();
    }
}

}  // namespace detail

// #region gather
// Runs all of them at once (coroutines, tasks, futures) and gives their
// results, in order:
//
//   auto [sum, text] = co_await gather(add_up(numbers), fetch(page));
//   std::vector<int> sums = co_await gather(std::move(coroutines));
//
// Nothing if all are void; std::monostate in the place of one that is. When
// one throws, so does this, at once; the others go on, and what they throw is
// reported: to have them cancelled, take a TaskGroup. Like every coroutine it
// begins when it is awaited, not before. asyncio.gather
template <typename... Awaitables>
Coro<typename detail::Gathered<detail::AwaitResult<Awaitables>...>::type>
gather(Awaitables... awaitables) {
    // Braces: they begin in the order in which they were given.
    std::tuple handles{detail::started(std::move(awaitables))...};
    detail::Several::Futures futures;
    std::apply(
        [&](const auto&... handle) {
            (futures.push_back(handle.state()), ...);
        },
        handles);
    co_await detail::settle(std::move(futures));
    if constexpr ((!std::is_void_v<detail::AwaitResult<Awaitables>> || ...)) {
        co_return std::apply(
            [](const auto&... handle) {
                return std::tuple(detail::take(handle)...);
            },
            handles);
    }
}

template <typename Awaitable>
Coro<detail::AllOf<detail::AwaitResult<Awaitable>>> gather(
    std::vector<Awaitable> awaitables) {
    std::vector<decltype(detail::started(std::move(awaitables.front())))>
        handles;
    handles.reserve(awaitables.size());
    for (Awaitable& awaitable : awaitables)
        handles.push_back(detail::started(std::move(awaitable)));
    co_await detail::settle(detail::futures_of(handles));
    if constexpr (!std::is_void_v<detail::AwaitResult<Awaitable>>) {
        std::vector<detail::AwaitResult<Awaitable>> results;
        results.reserve(handles.size());
        for (const auto& handle : handles)
            results.push_back(detail::take(handle));
        co_return results;
    }
}
// #endregion gather

// #region shield
namespace detail {

template <typename T>
class Shielded final : public FutureAwaiter<T> {
public:
    using FutureAwaiter<T>::FutureAwaiter;
    bool cancel() override { return Waiter::cancel(); }
};

}  // namespace detail

// The result of `awaitable` (a coroutine, a task, a future). Who waits can be
// cancelled, what it waits for goes on all the same. asyncio.shield
template <typename Awaitable>
Coro<detail::AwaitResult<Awaitable>> shield(Awaitable awaitable) {
    auto handle = detail::started(std::move(awaitable));
    using Result = detail::AwaitResult<Awaitable>;
    co_return co_await detail::Shielded<Result>(handle.state(), "shield");
}
// #endregion shield

}  // namespace tincan
