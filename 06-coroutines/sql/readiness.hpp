// Waiting for a descriptor that belongs to a library.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/pump.hpp"

namespace tincan::sql {

// `co_await Readiness(fd, Readiness::Want::read)`: until `fd` is ready. It is
// in the loop only while somebody waits, so that the library may close it, or
// go on with another one, at any other time. Level-triggered: what the library
// left unread wakes the next one that waits at once.
class Readiness final : public Awaiter {
public:
    enum class Want { read, write, either };

    Readiness(int fd, Want want) : fd_(fd), want_(want) {}
    Readiness(const Readiness&) = delete;
    ~Readiness() { stop(); }

    bool attempt() override { return ready_; }
    void wait() override {
        waiting_ = true;
        EventLoop& loop = EventLoop::running();
        auto is_ready = [this] {
            if (!waiting_) return;  // both directions were, in one turn
            stop();
            ready_ = true;
            pump().wake();
        };
        if (want_ != Want::write) loop.add_reader(fd_, is_ready);
        if (want_ != Want::read) loop.add_writer(fd_, is_ready);
    }
    bool cancel() override {
        if (ready_) return false;
        stop();
        return true;
    }
    void result() const {}
    const char* what() const override { return "readiness"; }
    int fd() const override { return fd_; }

private:
    void stop() {
        if (!waiting_) return;
        waiting_ = false;
        EventLoop& loop = EventLoop::running();
        loop.remove_reader(fd_);
        loop.remove_writer(fd_);
    }

    int fd_;
    Want want_;
    bool waiting_ = false;
    bool ready_ = false;
};

}  // namespace tincan::sql
