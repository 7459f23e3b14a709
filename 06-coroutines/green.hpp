// Green threads: functions that have a stack each and share one thread of the
// kernel. Where one would have to wait, it lets another go on; the code says
// nothing of that, no coroutine and no co_await.
//
//   green::Loop loop(make_selector("epoll"));
//   loop.start([] { ... green::receive(socket, buffer) ... });
//   loop.run();
//
// Boost.Context changes from one stack to another; all else is here. No green
// thread may wait in a catch block: the runtime of C++ keeps one list of the
// exceptions being handled for all of them. None may swallow what it does not
// know, with catch (...): so it is told that the loop ends.
#pragma once

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/selector.hpp"
#include "06-coroutines/stack_switch.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <boost/context/fiber.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tincan::green {

using Clock = std::chrono::steady_clock;

// #region thread
// The stack is where it stands; the rest is what it waits for.
struct Thread {
    using Timers = std::multimap<Clock::time_point, Thread*>;

    boost::context::fiber stack{};  // empty while it runs, and at its end
    StackSwitch bounds{};
    int fd = -1;
    Events wanted = 0;
    std::optional<Timers::iterator> timer{};
    bool in_time = true;  // what it waited for came before the timer
    std::list<Thread>::iterator place{};
};
// #endregion thread

// Gives Boost.Context stacks of 256 KiB, of which the kernel provides what is
// used; behind the end of each is a page that may not be touched. Boost has
// such a class too, but goes on without the page if there is none. mmap(2),
// mprotect(2)
class StackAllocator {
public:
    // Throws std::bad_alloc.
    boost::context::stack_context allocate() const {
        void* all = ::mmap(nullptr, guard_ + kSize, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) throw std::bad_alloc();
        boost::context::stack_context stack;
        stack.size = kSize;
        stack.sp = static_cast<char*>(all) + guard_ + kSize;
        if (::mprotect(end_of(stack), kSize, PROT_READ | PROT_WRITE) == -1) {
            deallocate(stack);
            throw std::bad_alloc();
        }
        return stack;
    }
    void deallocate(boost::context::stack_context& stack) const {
        ::munmap(end_of(stack) - guard_, guard_ + kSize);
    }

private:
    static constexpr std::size_t kSize = 256 * 1024;

    // It grows downwards.
    static char* end_of(const boost::context::stack_context& stack) {
        return static_cast<char*>(stack.sp) - stack.size;
    }

    std::size_t guard_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
};

class Loop {
public:
    explicit Loop(std::unique_ptr<Selector> selector)
        : selector_(std::move(selector)) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    // Who still waits is told so by an exception, which empties his stack.
    ~Loop() {
        ending_ = true;
        while (!threads_.empty())
            go_on(threads_.front());
    }

    // The one that runs.
    static Loop& running() { return *running_; }
    Thread& current() { return *current_; }

    // #region start
    // Gives `function` a stack. Throws std::bad_alloc if there is none.
    void start(std::function<void()> function) {
        std::list<Thread> one(1);
        Thread& thread = one.front();
        auto body = [this, &thread, function = std::move(function)](
                        boost::context::fiber&& loop) {
            loop_ = std::move(loop);
            thread.bounds.arrived(loop_bounds_);
            live(function);
            thread.bounds.leave_for_good(loop_bounds_);
            return std::move(loop_);
        };
        StackAllocator allocator;
        boost::context::stack_context memory = allocator.allocate();
        thread.bounds = StackSwitch(memory.sp, memory.size);
        thread.stack = boost::context::fiber(
            std::allocator_arg,
            boost::context::preallocated(memory.sp, memory.size, memory),
            allocator, std::move(body));
        ready_.push_back(&thread);
        threads_.splice(threads_.begin(), one);
        thread.place = threads_.begin();
    }
    // #endregion start

    // #region run
    // Until all have ended, or one throws something: that comes out here.
    void run() {
        running_ = this;
        while (!threads_.empty()) {
            for (std::size_t n = ready_.size(); n > 0; --n) {
                Thread* next = ready_.front();
                ready_.pop_front();
                go_on(*next);
                if (error_) {
                    std::rethrow_exception(std::exchange(error_, nullptr));
                }
            }
            ask_selector();
            expire_timers();
        }
    }

    // Leaves the current one where it stands until somebody wakes it.
    void pause() {
        Thread& self = *current_;
        if (!ending_) {
            self.bounds.leave(loop_bounds_);
            loop_ = std::move(loop_).resume();
            self.bounds.arrived(loop_bounds_);
        }
        if (ending_) throw Ending();
    }
    void wake(Thread& thread) { ready_.push_back(&thread); }
    // #endregion run

    // #region wait
    // Until `fd` is ready, or `patience` is over: then false. One at a time for
    // each direction: throws std::logic_error. Throws std::system_error if the
    // selector can't watch it.
    bool wait(int fd, Events wanted,
              std::optional<Clock::duration> patience = std::nullopt) {
        Thread& self = *current_;
        if (fd != -1) set_waiter(fd, wanted, &self);
        self.fd = fd;
        self.wanted = wanted;
        if (patience) {
            self.timer = timers_.emplace(Clock::now() + *patience, &self);
        }
        pause();
        return self.in_time;
    }
    // #endregion wait

private:
    struct Ending {};

    void live(const std::function<void()>& function) {
        try {
            if (!ending_) function();
        } catch (const Ending&) {
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    // Who waits for a descriptor, at most one for each direction.
    struct Watched {
        Thread* reader = nullptr;
        Thread* writer = nullptr;

        Events wanted() const {
            return (reader != nullptr ? kReadable : 0) |
                   (writer != nullptr ? kWritable : 0);
        }
    };

    void go_on(Thread& thread) {
        current_ = &thread;
        loop_bounds_.leave(thread.bounds);
        thread.stack = std::move(thread.stack).resume();
        loop_bounds_.arrived();
        if (!thread.stack) threads_.erase(thread.place);
    }

    void ask_selector() {
        Selector::Timeout sleep;
        if (!timers_.empty()) {
            sleep = std::max<Clock::duration>(
                timers_.begin()->first - Clock::now(), {});
        }
        if (!ready_.empty() || threads_.empty()) sleep = Clock::duration{};
        for (auto [key, events] : selector_->select(sleep)) {
            auto [reader, writer] = watched_[static_cast<int>(key)];
            // A hang-up, or an error, is for both: the next call says which.
            if (reader != nullptr && (events & ~kWritable)) end_wait(*reader);
            if (writer != nullptr && (events & ~kReadable)) end_wait(*writer);
        }
    }

    void expire_timers() {
        while (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
            end_wait(*timers_.begin()->second, false);
        }
    }

    void end_wait(Thread& thread, bool in_time = true) {
        if (thread.fd != -1) set_waiter(thread.fd, thread.wanted, nullptr);
        if (thread.timer) timers_.erase(*thread.timer);
        thread.timer.reset();
        thread.in_time = in_time;
        wake(thread);
    }

    void set_waiter(int fd, Events direction, Thread* waiter) {
        Watched& before = watched_[fd];
        Watched now = before;
        Thread*& place = direction == kReadable ? now.reader : now.writer;
        if (place != nullptr && waiter != nullptr) {
            throw std::logic_error("two wait for the same descriptor");
        }
        place = waiter;
        if (before.wanted() == 0) {
            selector_->add(fd, now.wanted(), static_cast<std::uint64_t>(fd));
        } else if (now.wanted() == 0) {
            selector_->remove(fd);
        } else {
            selector_->modify(fd, now.wanted());
        }
        before = now;
    }

    static inline Loop* running_ = nullptr;

    std::unique_ptr<Selector> selector_;
    boost::context::fiber loop_;  // where run stands, while a thread runs
    StackSwitch loop_bounds_;
    Thread* current_ = nullptr;
    std::list<Thread> threads_;
    std::deque<Thread*> ready_;
    Thread::Timers timers_;
    std::map<int, Watched> watched_;  // by descriptor
    std::exception_ptr error_;        // that one ended with
    bool ending_ = false;
};

// #region calls
// What stage 1 calls so, for sockets that are non-blocking: only the green
// thread waits.

inline std::size_t receive(const Socket& socket, std::span<char> buffer) {
    std::optional<std::size_t> count;
    while (!(count = try_receive(socket, buffer)))
        Loop::running().wait(socket.fd(), kReadable);
    return *count;
}

// Gives up, with ETIMEDOUT, after `patience` in which the peer took nothing.
inline void send_all(const Socket& socket, std::string_view bytes,
                     Clock::duration patience) {
    for (;;) {
        bytes.remove_prefix(try_send(socket, bytes).value_or(0));
        if (bytes.empty()) return;
        if (!Loop::running().wait(socket.fd(), kWritable, patience)) {
            throw std::system_error(ETIMEDOUT, std::generic_category(), "send");
        }
    }
}

// Also exhausted: the kernel has no room to watch the listener. epoll_ctl(2)
inline Arrival accept_client(const Socket& listener) {
    for (;;) {
        Arrival client = tincan::accept_client(listener, SOCK_NONBLOCK);
        if (client || client.exhausted) return client;
        try {
            Loop::running().wait(listener.fd(), kReadable);
        } catch (const std::system_error&) {
            client.exhausted = true;
            return client;
        }
    }
}

inline void sleep_for(Clock::duration duration) {
    Loop::running().wait(-1, 0, duration);
}

// Lets all that are ready go on first.
inline void yield() {
    Loop& loop = Loop::running();
    loop.wake(loop.current());
    loop.pause();
}
// #endregion calls

// #region queue
// BoundedQueue of stage 5 without mutex and condition: nobody else runs
// between two waits. One green thread at a time may take.
template <typename T>
class Queue {
public:
    explicit Queue(std::size_t capacity) : free_(capacity) {}

    bool has_room(std::size_t weight) const { return weight <= free_; }

    // False if it is full, or closed.
    bool try_put(T item, std::size_t weight) {
        if (closed_ || !has_room(weight)) return false;
        free_ -= weight;
        entries_.emplace_back(std::move(item), weight);
        wake_taker();
        return true;
    }

    // Waits for the next item; nothing once the queue is closed and empty.
    std::optional<T> take() {
        while (entries_.empty() && !closed_) {
            taker_ = &Loop::running().current();
            Loop::running().pause();
        }
        if (entries_.empty()) return std::nullopt;
        auto [item, weight] = std::move(entries_.front());
        entries_.pop_front();
        free_ += weight;
        return std::move(item);
    }

    // No more items: who takes gets those that are left, then nothing.
    void close() {
        closed_ = true;
        wake_taker();
    }

private:
    void wake_taker() {
        if (Thread* taker = std::exchange(taker_, nullptr)) {
            Loop::running().wake(*taker);
        }
    }

    std::deque<std::pair<T, std::size_t>> entries_;  // with their weights
    std::size_t free_;
    bool closed_ = false;
    Thread* taker_ = nullptr;
};
// #endregion queue

}  // namespace tincan::green
