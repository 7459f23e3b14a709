// Waiting for a descriptor that belongs to a library.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/pump.hpp"

#include <utility>

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
        loop_ = &EventLoop::running();
        auto is_ready = [this] {
            if (loop_ == nullptr) return;  // both directions were, in one turn
            stop();
            ready_ = true;
            pump().wake();
        };
        if (want_ != Want::write) loop_->add_reader(fd_, is_ready);
        if (want_ != Want::read) loop_->add_writer(fd_, is_ready);
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
        if (loop_ == nullptr) return;
        EventLoop& loop = *std::exchange(loop_, nullptr);
        loop.remove_reader(fd_);
        loop.remove_writer(fd_);
    }

    int fd_;
    Want want_;
    EventLoop* loop_ = nullptr;  // while it waits
    bool ready_ = false;
};

}  // namespace tincan::sql
