// Tasks that wait for the same thing, the one that came first in front.
#pragma once

#include "06-coroutines/tincan/pump.hpp"

namespace tincan {

class WaitList;

// A place in a WaitList, which must outlive it.
class WaitEntry {
public:
    explicit WaitEntry(WaitList& list) : list_(&list) {}
    WaitEntry(WaitEntry&&) = default;  // only until it has joined

protected:
    ~WaitEntry() { leave(); }

    inline void join();
    inline void leave();
    // From now on in another list.
    void change_to(WaitList& list) {
        leave();
        list_ = &list;
        join();
    }

private:
    friend class WaitList;

    virtual void on_wake() = 0;  // out of the list already

    WaitList* list_;
    WaitEntry* previous_ = nullptr;
    WaitEntry* next_ = nullptr;  // null: in no list
};

// One task in a WaitList.
class Waiter : public Awaiter, public WaitEntry {
public:
    explicit Waiter(WaitList& list) : WaitEntry(list) {}

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

private:
    void on_wake() override {
        woken_ = true;
        pump().wake();
    }

    bool woken_ = false;
};

// A ring: the one before the first is the last.
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
        if (first_ == nullptr) first_ = entry.next_ = entry.previous_ = &entry;
        entry.next_ = first_;
        entry.previous_ = first_->previous_;
        entry.previous_->next_ = entry.next_->previous_ = &entry;
    }
    void remove(WaitEntry& entry) {
        if (first_ == &entry) first_ = entry.next_;
        if (first_ == &entry) first_ = nullptr;  // it was the only one
        entry.previous_->next_ = entry.next_;
        entry.next_->previous_ = entry.previous_;
        entry.next_ = entry.previous_ = nullptr;
    }

    WaitEntry* first_ = nullptr;
};

inline void WaitEntry::join() {
    if (next_ == nullptr) list_->append(*this);
}

inline void WaitEntry::leave() {
    if (next_ != nullptr) list_->remove(*this);
}

}  // namespace tincan
