// What wakes a sleeping loop from outside: other threads, and signals. Both
// write to one eventfd that the loop always watches. eventfd(2)
#pragma once

#include "01-blocking/socket.hpp"
#include "06-coroutines/tincan/watch.hpp"

#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tincan {

class Callback;

// The only door into a loop for other threads.
class Wakeup : IoWaiter {
public:
    // `on_wake` is called in the loop whenever something came in.
    Wakeup(EventLoop& loop, std::function<void()> on_wake);
    ~Wakeup();

    // From any thread.
    void push(std::shared_ptr<Callback> callback);
    // What was pushed since the last time, in order.
    std::vector<std::shared_ptr<Callback>> take();

    int fd() const { return event_.fd(); }

private:
    void on_ready() override;

    std::function<void()> on_wake_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<Callback>> incoming_;
    Socket event_;
    std::optional<Watch> watch_;
};

// Takes a signal over for as long as it lives. The handler only writes down
// that the signal came and wakes the loop, and calls that it interrupts go on
// (SA_RESTART). Nothing is blocked, and exec resets handlers: a child process
// begins with clean signals. sigaction(2)
class SignalHandler {
public:
    // Throws std::logic_error if another loop has this signal already.
    SignalHandler(int signal, int wakeup_fd, std::function<void()> function);
    SignalHandler(const SignalHandler&) = delete;
    SignalHandler& operator=(const SignalHandler&) = delete;
    ~SignalHandler();

    // True if the signal came since the last time.
    bool arrived() const;
    const std::function<void()>& function() const { return function_; }
    void set(std::function<void()> function) { function_.swap(function); }

private:
    int signal_;
    std::function<void()> function_;
    struct sigaction before_ {};
};

}  // namespace tincan
