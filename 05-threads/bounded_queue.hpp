// A queue between threads that does not grow for ever.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tincan {

// First in, first out; any number of threads may put and take. Holds at most
// `capacity`, counted in items or whatever else the weights are given in: who
// puts must decide what to do with one too many.
template <typename T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : free_(capacity) {}

    // #region try_put
    // Takes `item` over and returns true; leaves it alone and returns false if
    // the queue is full or closed.
    bool try_put(T& item, std::size_t weight = 1) {
        {
            std::lock_guard lock(mutex_);
            if (closed_ || weight > free_) return false;
            free_ -= weight;
            entries_.push_back({std::move(item), weight});
        }
        changed_.notify_one();
        return true;
    }
    // #endregion try_put

    // #region take
    // Waits for the next item; nothing once the queue is closed and empty.
    std::optional<T> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closed_ || !entries_.empty(); });
        if (entries_.empty()) return std::nullopt;
        auto [item, weight] = std::move(entries_.front());
        entries_.pop_front();
        free_ += weight;
        return std::move(item);
    }
    // #endregion take

    // No more items: who waits in take gets those that are left, then nothing.
    void close() {
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<T, std::size_t>> entries_;  // with their weights
    std::size_t free_;
    bool closed_ = false;
};

}  // namespace tincan
