// How tasks of one loop wait for each other.
#pragma once

#include "06-coroutines/tincan/wait_list.hpp"

#include <utility>

namespace tincan {

// A flag that tasks can wait for. `co_await event.wait()` goes on at once if
// it is set. Must outlive who waits for it. asyncio.Event
class Event {
public:
    class Awaiter : public Waiter {
    public:
        explicit Awaiter(Event& event)
            : Waiter(event.waiters_), event_(event) {}
        // Who was woken goes on, even if the flag was cleared meanwhile.
        bool attempt() override { return event_.set_ || Waiter::attempt(); }
        const char* what() const override { return "event"; }

    private:
        Event& event_;
    };

    bool is_set() const { return set_; }
    void set() {
        set_ = true;
        waiters_.wake_all();
    }
    void clear() { set_ = false; }
    Awaiter wait() { return Awaiter(*this); }

private:
    WaitList waiters_;
    bool set_ = false;
};

// Lets `count` tasks in at a time, the others in the order in which they came;
// with 1 it is a lock. Must outlive its permits and who waits for one.
//
//   Semaphore::Permit permit = co_await semaphore.acquire();
//
// asyncio.Semaphore
class Semaphore {
public:
    // Gives its place back when it goes.
    class [[nodiscard]] Permit {
    public:
        explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
        Permit(Permit&& other) noexcept
            : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            std::swap(semaphore_, other.semaphore_);
            return *this;
        }
        ~Permit() { release(); }

        void release() {
            if (semaphore_ != nullptr) {
                std::exchange(semaphore_, nullptr)->leave();
            }
        }

    private:
        Semaphore* semaphore_;
    };

    class Acquire final : public Waiter {
    public:
        explicit Acquire(Semaphore& semaphore)
            : Waiter(semaphore.waiters_), semaphore_(semaphore) {}
        bool attempt() override {
            return Waiter::attempt() || semaphore_.enter();
        }
        Permit result() { return Permit(semaphore_); }
        const char* what() const override { return "semaphore"; }

    private:
        Semaphore& semaphore_;
    };

    explicit Semaphore(std::size_t count) : count_(count) {}

    Acquire acquire() { return Acquire(*this); }
    bool locked() const { return count_ == 0; }

private:
    bool enter() {
        if (count_ == 0) return false;
        --count_;
        return true;
    }
    // The place goes to who has waited longest, if anybody has.
    void leave() {
        if (waiters_.empty()) {
            ++count_;
        } else {
            waiters_.wake_one();
        }
    }

    std::size_t count_;
    WaitList waiters_;
};

}  // namespace tincan
