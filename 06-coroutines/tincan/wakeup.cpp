#include "06-coroutines/tincan/wakeup.hpp"

#include "06-coroutines/tincan/event_loop.hpp"

#include <sys/eventfd.h>

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

namespace tincan {

namespace {

// What a signal handler may touch: lock-free atomics, and write(2).
struct Inbox {
    std::atomic<int> wakeup_fd = -1;  // of the loop that handles this signal
    std::atomic<bool> arrived = false;
};
std::array<Inbox, NSIG> inboxes;

// Fails only if 2^64 wakes are waiting: the loop is awake then.
void wake(int fd) {
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t count = ::write(fd, &one, sizeof one);
}

void on_signal(int signal) {
    int saved = errno;
    Inbox& inbox = inboxes[static_cast<std::size_t>(signal)];
    inbox.arrived = true;
    wake(inbox.wakeup_fd);
    errno = saved;
}

}  // namespace

Wakeup::Wakeup(EventLoop& loop, std::function<void()> on_wake)
    : on_wake_(std::move(on_wake)),
      event_(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    watch_.emplace(loop, event_.fd(), Trigger::level);
    watch_->wait(Direction::in, *this);
}

Wakeup::~Wakeup() {
    watch_->stop_waiting(Direction::in, *this);
}

// #region push
void Wakeup::push(std::shared_ptr<Callback> callback) {
    {
        std::lock_guard lock(mutex_);
        incoming_.push_back(std::move(callback));
    }
    wake(event_.fd());
}

std::vector<std::shared_ptr<Callback>> Wakeup::take() {
    std::lock_guard lock(mutex_);
    return std::exchange(incoming_, {});
}

void Wakeup::on_ready() {
    std::uint64_t count = 0;
    [[maybe_unused]] ssize_t size = ::read(event_.fd(), &count, sizeof count);
    on_wake_();
}
// #endregion push

SignalHandler::SignalHandler(int signal, int wakeup_fd,
                             std::function<void()> function)
    : signal_(signal), function_(std::move(function)) {
    if (signal <= 0 || signal >= NSIG) {
        throw std::invalid_argument(fmt::format("no signal {}", signal));
    }
    Inbox& inbox = inboxes[static_cast<std::size_t>(signal)];
    int nobody = -1;
    if (!inbox.wakeup_fd.compare_exchange_strong(nobody, wakeup_fd)) {
        throw std::logic_error(
            fmt::format("another loop handles signal {}", signal));
    }
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    if (::sigaction(signal, &action, &before_) == -1) {
        inbox.wakeup_fd = -1;
        check(-1, "sigaction");
    }
}

SignalHandler::~SignalHandler() {
    ::sigaction(signal_, &before_, nullptr);
    Inbox& inbox = inboxes[static_cast<std::size_t>(signal_)];
    inbox.wakeup_fd = -1;
    inbox.arrived = false;
}

bool SignalHandler::arrived() const {
    return inboxes[static_cast<std::size_t>(signal_)].arrived.exchange(false);
}

}  // namespace tincan
