// Everything that shall happen at a certain time, the earliest first.
#pragma once

#include "06-coroutines/tincan/clock.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace tincan {

class Timers;

// Something that happens once at a certain time. Whoever wants that derives
// from it; the heap keeps a pointer, and the destructor takes it out again.
class Timer {
public:
    Timer() = default;
    Timer(Timer&& other) noexcept { other.disarm(); }  // never armed itself
    Timer& operator=(const Timer&) = delete;

    bool armed() const { return timers_ != nullptr; }
    inline void disarm();

protected:
    ~Timer() { disarm(); }

private:
    friend class Timers;

    virtual void expire() = 0;  // not armed any more when it is called

    Timers* timers_ = nullptr;  // that it is armed in
    std::size_t index_ = 0;     // its place there
    TimePoint when_{};
    std::uint64_t order_ = 0;  // of equal times the one armed first is first
};

// #region heap
// A binary heap in an array: no entry is later than the two at 2i+1 and 2i+2.
// Arming and disarming cost O(log n), looking at the earliest nothing.
class Timers {
public:
    Timers() = default;
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;
    ~Timers() {
        for (Timer* timer : heap_)
            timer->timers_ = nullptr;
    }

    bool empty() const { return heap_.empty(); }
    TimePoint earliest() const { return heap_.front()->when_; }

    void arm(Timer& timer, TimePoint when) {
        timer.disarm();
        timer.timers_ = this;
        timer.when_ = when;
        timer.order_ = next_order_++;
        timer.index_ = heap_.size();
        heap_.push_back(&timer);
        move_up(timer.index_);
    }

    void disarm(Timer& timer) {
        std::size_t hole = timer.index_;
        place(hole, heap_.back());
        heap_.pop_back();
        timer.timers_ = nullptr;
        if (hole < heap_.size()) {
            move_up(hole);
            move_down(hole);
        }
    }

    // Lets everything happen that is due by `now`, in order.
    void expire(TimePoint now) {
        while (!heap_.empty() && earliest() <= now) {
            Timer& due = *heap_.front();
            disarm(due);
            due.expire();
        }
    }

private:
    static bool before(const Timer& a, const Timer& b) {
        return a.when_ != b.when_ ? a.when_ < b.when_ : a.order_ < b.order_;
    }
    void place(std::size_t at, Timer* timer) {
        heap_[at] = timer;
        timer->index_ = at;
    }
    void exchange(std::size_t a, std::size_t b) {
        Timer* other = heap_[a];
        place(a, heap_[b]);
        place(b, other);
    }
    void move_up(std::size_t at) {
        while (at > 0 && before(*heap_[at], *heap_[(at - 1) / 2])) {
            exchange(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }
    void move_down(std::size_t at) {
        for (;;) {
            std::size_t child = 2 * at + 1;
            if (child >= heap_.size()) return;
            if (child + 1 < heap_.size() &&
                before(*heap_[child + 1], *heap_[child])) {
                ++child;
            }
            if (!before(*heap_[child], *heap_[at])) return;
            exchange(at, child);
            at = child;
        }
    }

    std::vector<Timer*> heap_;
    std::uint64_t next_order_ = 0;
};
// #endregion heap

inline void Timer::disarm() {
    if (timers_ != nullptr) timers_->disarm(*this);
}

}  // namespace tincan
