// How tasks of one loop wait for each other.
#pragma once

#include "06-coroutines/tincan/wait_list.hpp"

namespace tincan {

// A flag that tasks can wait for. `co_await event.wait()` goes on at once if
// it is set. Must outlive who waits for it. asyncio.Event
class Event {
public:
    class Awaiter : public Waiter {
    public:
        explicit Awaiter(Event& event)
            : Waiter(event.waiters_, "event"), event_(event) {}
        // Who was woken goes on, even if the flag was cleared meanwhile.
        bool attempt() override { return event_.set_ || Waiter::attempt(); }

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

}  // namespace tincan
