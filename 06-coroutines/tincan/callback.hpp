// Functions that the loop calls later.
#pragma once

#include "06-coroutines/tincan/ready_queue.hpp"
#include "06-coroutines/tincan/timers.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace tincan {

class EventLoop;

// Keeps itself until it was called or cancelled.
class Callback final : public Job, public Timer {
public:
    Callback(EventLoop& loop, std::function<void()> function)
        : loop_(loop), function_(std::move(function)) {}

    void keep(std::shared_ptr<Callback> self) { self_ = std::move(self); }
    void cancel();

    void run() override;
    void discard() override { cancel(), self_.reset(); }
    void expire() override;

private:
    EventLoop& loop_;
    std::function<void()> function_;
    std::shared_ptr<Callback> self_;
};

// To change one's mind; dropping it changes nothing. asyncio.Handle
class Handle {
public:
    Handle() = default;
    explicit Handle(std::weak_ptr<Callback> callback)
        : callback_(std::move(callback)) {}

    // It will not be called any more; nothing happens if it was already.
    void cancel() {
        if (auto callback = callback_.lock()) callback->cancel();
    }

private:
    std::weak_ptr<Callback> callback_;
};

}  // namespace tincan
