// What the loop runs next, first come first served.
#pragma once

#include <cstddef>
#include <utility>

namespace tincan {

// Something to run: a task's next turn, a callback. The queue links jobs to
// each other and owns none.
class Job {
public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    // One of these is called once it has left the queue: its turn has come,
    // or it never will because the loop ends.
    virtual void run() = 0;
    virtual void discard() = 0;

    bool queued() const { return next_ != nullptr; }

protected:
    ~Job() = default;

private:
    friend class ReadyQueue;

    Job* next_ = nullptr;  // null: not in the queue
};

// A ring: behind the last one comes the first.
class ReadyQueue {
public:
    bool empty() const { return last_ == nullptr; }
    std::size_t size() const { return size_; }

    void push(Job& job) {
        if (job.queued()) return;
        if (empty()) last_ = job.next_ = &job;
        job.next_ = std::exchange(last_->next_, &job);
        last_ = &job;
        ++size_;
    }

    Job& pop() {
        Job& job = *last_->next_;
        last_->next_ = job.next_;
        if (&job == last_) last_ = nullptr;
        job.next_ = nullptr;
        --size_;
        return job;
    }

    // Takes time in proportion to the queue; does nothing if it isn't there.
    void remove(Job& job) {
        if (!job.queued()) return;
        ReadyQueue others;
        while (!empty()) {
            Job& next = pop();
            if (&next != &job) others.push(next);
        }
        *this = others;
    }

private:
    Job* last_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tincan
