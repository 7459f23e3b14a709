// Tasks that wait for the same thing, the one that came first in front.
#pragma once

#include "06-coroutines/tincan/pump.hpp"

namespace tincan {

class WaitList;

// A place in a WaitList, which must outlive it.
class WaitEntry {
public:
    explicit WaitEntry(WaitList& list) : list_(list) {}
    WaitEntry(WaitEntry&&) = default;  // only until it has joined

protected:
    ~WaitEntry() { leave(); }

    inline void join();
    inline void leave();

private:
    friend class WaitList;

    virtual void on_wake() = 0;  // out of the list already

    WaitList& list_;
    WaitEntry* previous_ = nullptr;
    WaitEntry* next_ = nullptr;
    bool waiting_ = false;
};

// One task in a WaitList.
class Waiter : public Awaiter, public WaitEntry {
public:
    Waiter(WaitList& list, const char* what) : WaitEntry(list), what_(what) {}

    bool attempt() override { return woken_; }
    void wait() override {
        woken_ = false;
        join();
    }
    bool cancel() override {
        if (woken_) return false;
        leave();
        return true;
    }
    void result() const {}
    const char* what() const override { return what_; }

private:
    void on_wake() override {
        woken_ = true;
        pump().wake();
    }

    const char* what_;
    bool woken_ = false;
};

class WaitList {
public:
    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;

    bool empty() const { return first_ == nullptr; }

    WaitEntry& first() const { return *first_; }

    // Lets the first one go on; what it waited for is now its own, even if it
    // is cancelled before it runs.
    void wake_one() {
        WaitEntry& entry = *first_;
        remove(entry);
        entry.on_wake();
    }

    void wake_all() {
        while (!empty())
            wake_one();
    }

private:
    friend class WaitEntry;

    void append(WaitEntry& entry) {
        entry.previous_ = last_;
        entry.next_ = nullptr;
        (last_ == nullptr ? first_ : last_->next_) = &entry;
        last_ = &entry;
        entry.waiting_ = true;
    }
    void remove(WaitEntry& entry) {
        (entry.previous_ == nullptr ? first_ : entry.previous_->next_) =
            entry.next_;
        (entry.next_ == nullptr ? last_ : entry.next_->previous_) =
            entry.previous_;
        entry.waiting_ = false;
    }

    WaitEntry* first_ = nullptr;
    WaitEntry* last_ = nullptr;
};

inline void WaitEntry::join() {
    if (!waiting_) list_.append(*this);
}

inline void WaitEntry::leave() {
    if (waiting_) list_.remove(*this);
}

}  // namespace tincan
