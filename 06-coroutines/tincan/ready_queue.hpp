// What the loop runs next, first come first served.
#pragma once

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

    bool queued() const { return queued_; }

protected:
    ~Job() = default;

private:
    friend class ReadyQueue;

    Job* next_ = nullptr;
    bool queued_ = false;
};

class ReadyQueue {
public:
    bool empty() const { return first_ == nullptr; }
    Job* last() const { return last_; }

    void push(Job& job) {
        if (job.queued_) return;
        job.queued_ = true;
        job.next_ = nullptr;
        (first_ == nullptr ? first_ : last_->next_) = &job;
        last_ = &job;
    }

    Job& pop() {
        Job& job = *first_;
        first_ = std::exchange(job.next_, nullptr);
        if (first_ == nullptr) last_ = nullptr;
        job.queued_ = false;
        return job;
    }

    // Takes time in proportion to the queue; does nothing if it isn't there.
    void remove(Job& job) {
        if (!job.queued_) return;
        ReadyQueue others;
        while (!empty()) {
            Job& next = pop();
            if (&next != &job) others.push(next);
        }
        *this = others;
    }

private:
    Job* first_ = nullptr;
    Job* last_ = nullptr;
};

}  // namespace tincan
