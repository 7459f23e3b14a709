// Tasks that wait for the same thing, the one that came first in front.
#pragma once

#include "06-coroutines/tincan/pump.hpp"

namespace tincan {

class WaitList;

// One task in a WaitList, which must outlive it.
class Waiter : public Awaiter {
public:
    Waiter(WaitList& list, const char* what) : list_(list), what_(what) {}
    Waiter(Waiter&&) = default;
    ~Waiter() { leave(); }

    bool attempt() override { return woken_; }
    inline void wait() override;
    bool cancel() override {
        if (woken_) return false;
        leave();
        return true;
    }
    void result() const {}
    const char* what() const override { return what_; }

protected:
    inline void leave();

private:
    friend class WaitList;

    WaitList& list_;
    const char* what_;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
    bool waiting_ = false;
    bool woken_ = false;
};

class WaitList {
public:
    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;

    bool empty() const { return first_ == nullptr; }

    // Lets the first one go on; what it waited for is now its own, even if it
    // is cancelled before it runs.
    void wake_one() {
        Waiter& waiter = *first_;
        remove(waiter);
        waiter.woken_ = true;
        waiter.pump().wake();
    }

    void wake_all() {
        while (!empty())
            wake_one();
    }

private:
    friend class Waiter;

    void append(Waiter& waiter) {
        waiter.previous_ = last_;
        waiter.next_ = nullptr;
        (last_ == nullptr ? first_ : last_->next_) = &waiter;
        last_ = &waiter;
        waiter.waiting_ = true;
        waiter.woken_ = false;
    }
    void remove(Waiter& waiter) {
        (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) =
            waiter.next_;
        (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) =
            waiter.previous_;
        waiter.waiting_ = false;
    }

    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

inline void Waiter::wait() {
    list_.append(*this);
}

inline void Waiter::leave() {
    if (waiting_) list_.remove(*this);
}

}  // namespace tincan
