#include "06-coroutines/tincan/executor.hpp"

#include "06-coroutines/tincan/event_loop.hpp"

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

namespace tincan {

namespace {

constexpr std::size_t kThreads = 32;

}  // namespace

// Belongs to the threads as well: one that is left behind still needs it.
struct Executor::Shared {
    struct Worker {
        std::thread thread;
        bool busy = false;
    };

    std::mutex mutex;  // for all of this
    std::condition_variable changed;
    EventLoop* loop;  // null once it is gone
    std::deque<std::function<std::function<void()>()>> queue;
    std::size_t idle = 0;
    std::list<Worker> workers;
};

Executor::Executor(EventLoop& loop) : shared_(std::make_shared<Shared>()) {
    shared_->loop = &loop;
}

// #region submit
void Executor::submit(std::function<std::function<void()>()> work) {
    std::lock_guard lock(shared_->mutex);
    if (shared_->queue.size() >= shared_->idle &&
        shared_->workers.size() < kThreads) {
        start_worker();
    }
    shared_->queue.push_back(std::move(work));
    shared_->changed.notify_one();
}

// The system may have no thread for us.
void Executor::start_worker() {
    Shared::Worker& worker = shared_->workers.emplace_back();
    try {
        worker.thread = std::thread(
            [shared = shared_, &worker] { run(*shared, worker.busy); });
    } catch (const std::system_error& error) {
        shared_->workers.pop_back();
        throw std::system_error(error.code(), "pthread_create");
    }
}

void Executor::run(Shared& shared, bool& busy) {
    std::unique_lock lock(shared.mutex);
    for (;;) {
        ++shared.idle;
        shared.changed.wait(lock, [&] {
            return shared.loop == nullptr || !shared.queue.empty();
        });
        --shared.idle;
        if (shared.loop == nullptr) return;
        auto work = std::move(shared.queue.front());
        shared.queue.pop_front();
        busy = true;
        lock.unlock();
        std::function<void()> deliver = work();
        work = nullptr;
        lock.lock();
        busy = false;
        // Under the lock, so that the loop can't go meanwhile.
        if (shared.loop != nullptr) {
            shared.loop->call_soon_threadsafe(std::move(deliver));
        }
    }
}
// #endregion submit

Executor::~Executor() {
    std::list<std::thread> idle;
    {
        std::lock_guard lock(shared_->mutex);
        shared_->loop = nullptr;
        shared_->queue.clear();
        for (Shared::Worker& worker : shared_->workers) {
            if (worker.busy) {
                worker.thread.detach();
            } else {
                idle.push_back(std::move(worker.thread));
            }
        }
    }
    shared_->changed.notify_all();
    for (std::thread& thread : idle)
        thread.join();
}

}  // namespace tincan
