// A queue between the tasks of one loop.
#pragma once

#include "06-coroutines/tincan/wait_list.hpp"

#include <deque>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tincan {

// asyncio.QueueShutDown
class QueueClosed : public std::runtime_error {
public:
    QueueClosed() : std::runtime_error("the queue is closed") {}
};

// First in, first out, for things and for who waits alike. Holds `capacity`
// items at most (0: any number); must outlive who waits in it. What a
// cancelled put has not put in is lost with it; what a get was handed it
// returns, even if it is cancelled in the same moment. asyncio.Queue
template <typename T>
class Queue {
public:
    class Put;
    class Get;

    explicit Queue(std::size_t capacity = 0) : capacity_(capacity) {}

    // co_await queue.put(item) waits for room; T item = co_await queue.get()
    // for an item. Both throw QueueClosed.
    Put put(T item) { return Put(*this, std::move(item)); }
    Get get() { return Get(*this); }

    // Without waiting. False if it is full (or closed): then `item` is still
    // there. Nothing if it is empty. put_nowait, get_nowait
    bool put_nowait(T&& item);
    std::optional<T> get_nowait();

    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    bool full() const { return capacity_ != 0 && size() >= capacity_; }

    // Nothing more comes in: who waits to put is told, who gets is told once
    // all items are gone. asyncio.Queue.shutdown
    void close() {
        closed_ = true;
        getters_.wake_all();
        putters_.wake_all();
    }
    bool closed() const { return closed_; }

private:
    std::size_t capacity_;
    std::deque<T> items_;
    WaitList getters_;  // none while there are items
    WaitList putters_;  // none while there is room
    bool closed_ = false;
};

// #region queue
template <typename T>
class Queue<T>::Put final : public Waiter {
public:
    Put(Queue& queue, T item)
        : Waiter(queue.putters_), queue_(queue), item_(std::move(item)) {}

    bool attempt() override {
        if (item_ && queue_.put_nowait(std::move(*item_))) item_.reset();
        return !item_ || queue_.closed_;
    }
    bool cancel() override { return item_ && Waiter::cancel(); }
    void result() const {
        if (item_) throw QueueClosed();
    }
    const char* what() const override { return "put"; }

private:
    friend class Queue;

    Queue& queue_;
    std::optional<T> item_;  // until it is in the queue
};

template <typename T>
class Queue<T>::Get final : public Waiter {
public:
    explicit Get(Queue& queue) : Waiter(queue.getters_), queue_(queue) {}

    bool attempt() override {
        if (!item_) item_ = queue_.get_nowait();
        return item_ || queue_.closed_;
    }
    bool cancel() override { return !item_ && Waiter::cancel(); }
    T result() {
        if (!item_) throw QueueClosed();
        return std::move(*item_);
    }
    const char* what() const override { return "get"; }

private:
    friend class Queue;

    Queue& queue_;
    std::optional<T> item_;
};

// Who waits is handed the item, before anybody who comes later can take it.
template <typename T>
bool Queue<T>::put_nowait(T&& item) {
    if (closed_ || full()) return false;
    if (getters_.empty()) {
        items_.push_back(std::move(item));
    } else {
        static_cast<Get&>(getters_.first()).item_ = std::move(item);
        getters_.wake_one();
    }
    return true;
}

template <typename T>
std::optional<T> Queue<T>::get_nowait() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item = std::move(items_.front());
    items_.pop_front();
    if (!putters_.empty()) {
        auto& put = static_cast<Put&>(putters_.first());
        items_.push_back(std::move(*put.item_));
        put.item_.reset();
        putters_.wake_one();
    }
    return item;
}
// #endregion queue

}  // namespace tincan
