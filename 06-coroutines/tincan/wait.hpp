// Waiting for several tasks or futures at once.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tincan {

namespace detail {

// #region several
// Waits until all of `futures` are done, or one that ends it, or `limit` is
// over. Does not ask how they ended, and never cancels them.
class Several final : public Awaiter, Timer {
public:
    using Futures = std::vector<std::shared_ptr<FutureBase>>;
    using EndsIt = bool (*)(const FutureBase&);

    Several(const Futures& futures, EndsIt ends_it,
            std::optional<Duration> limit = std::nullopt)
        : futures_(futures), ends_it_(ends_it), limit_(limit) {}

    bool attempt() override {
        missing_ = 0;
        for (const auto& future : futures_) {
            if (!future->done()) {
                ++missing_;
            } else if (ends_it_(*future)) {
                return true;
            }
        }
        return missing_ == 0 || time_is_up_;
    }
    void wait() override {
        entries_.clear();
        entries_.reserve(missing_);
        for (const auto& future : futures_) {
            if (!future->done()) entries_.emplace_back(*future, *this);
        }
        EventLoop& loop = EventLoop::running();
        if (limit_) loop.timers().arm(*this, loop.after(*limit_));
    }
    bool cancel() override {
        if (attempt()) return false;
        entries_.clear();
        disarm();
        return true;
    }
    void result() const {}
    const char* what() const override { return "tasks"; }

private:
    class Entry final : WaitEntry {
    public:
        Entry(FutureBase& future, Several& several)
            : WaitEntry(future.waiters()), future_(future), several_(several) {
            join();
        }
        Entry(Entry&&) = default;  // never called: there is room for all

    private:
        void on_wake() override { several_.one_is_done(future_); }

        FutureBase& future_;
        Several& several_;
    };

    void one_is_done(const FutureBase& future) {
        if (--missing_ == 0 || ends_it_(future)) pump().wake();
    }
    void expire() override {
        time_is_up_ = true;
        pump().wake();
    }

    const Futures& futures_;
    EndsIt ends_it_;
    std::optional<Duration> limit_;
    std::size_t missing_ = 0;
    bool time_is_up_ = false;
    std::vector<Entry> entries_;  // of those that were missing
};
// #endregion several

template <typename Handle>
Several::Futures futures_of(const std::vector<Handle>& handles) {
    Several::Futures futures;
    futures.reserve(handles.size());
    for (const Handle& handle : handles)
        futures.push_back(handle.state());
    return futures;
}

}  // namespace detail

// #region wait
// FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED
enum class ReturnWhen { first_completed, first_exception, all_completed };

namespace detail {

inline Several::EndsIt ends_it(ReturnWhen when) {
    switch (when) {
        case ReturnWhen::first_completed:
            return [](const FutureBase&) { return true; };
        case ReturnWhen::first_exception:
            return [](const FutureBase& future) { return future.failed(); };
        default:
            return [](const FutureBase&) { return false; };
    }
}

}  // namespace detail

// Waits until the first of `handles` (tasks or futures of one type, or
// AnyTask) is done, or the first has thrown, or all are done; for `limit` at
// most. Gives those that are done and those that are not, in their order.
// Throws nothing of theirs, and cancels none, not even when it is cancelled
// itself. std::invalid_argument if there are none. asyncio.wait
template <typename Handle>
Coro<std::pair<std::vector<Handle>, std::vector<Handle>>> wait(
    std::vector<Handle> handles, ReturnWhen when = ReturnWhen::all_completed,
    std::optional<Duration> limit = std::nullopt) {
    if (handles.empty()) throw std::invalid_argument("wait for nothing");
    detail::Several::Futures futures = detail::futures_of(handles);
    detail::Several::EndsIt ends_it = detail::ends_it(when);
    co_await detail::Several(futures, ends_it, limit);
    std::vector<Handle> done;
    std::vector<Handle> pending;
    for (Handle& handle : handles)
        (handle.done() ? done : pending).push_back(std::move(handle));
    co_return std::pair(std::move(done), std::move(pending));
}
// #endregion wait

}  // namespace tincan
