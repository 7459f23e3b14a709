#include "06-coroutines/tincan/event_loop.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tincan {

namespace {

thread_local EventLoop* loop_of_this_thread = nullptr;

}  // namespace

class EventLoop::Running {
public:
    explicit Running(EventLoop& loop) {
        if (loop_of_this_thread != nullptr) {
            throw std::logic_error("a loop runs in this thread already");
        }
        loop_of_this_thread = &loop;
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { loop_of_this_thread = nullptr; }
};

EventLoop::EventLoop(std::unique_ptr<Selector> selector,
                     std::unique_ptr<Clock> clock)
    : selector_(std::move(selector)),
      clock_(std::move(clock)),
      scratch_(std::make_unique<std::array<char, 65536>>()),
      wakeup_(*this, [this] { run_incoming(); }) {}

EventLoop::~EventLoop() {
    executor_.reset();
    // What the tasks own (sockets, other tasks) must find the loop alive.
    while (!tasks_.empty())
        tasks_.first()->abandon();
    timers_.expire(TimePoint::max());
    while (!ready_.empty())
        ready_.pop().discard();
    // Each may hold what takes it back when it goes.
    std::map<int, std::unique_ptr<Foreign>>().swap(foreign_);
    for (Watch* watch : watches_) {
        if (watch != nullptr) watch->loop_ = nullptr;
    }
}

EventLoop& EventLoop::running() {
    if (loop_of_this_thread == nullptr) {
        throw std::logic_error("no event loop runs in this thread");
    }
    return *loop_of_this_thread;
}

AnyTask current_task() {
    TaskBase* task = EventLoop::running().current_task();
    if (task == nullptr) throw std::logic_error("no task runs here");
    return AnyTask(task->self());
}

std::vector<AnyTask> all_tasks() {
    std::vector<AnyTask> all;
    EventLoop::running().tasks().for_each(
        [&](TaskBase& task) { all.emplace_back(task.self()); });
    return all;
}

// #region turn
void EventLoop::turn() {
    std::span<const Ready> events = selector_->select(time_to_sleep());
    if (events.empty() && ready_.empty() && !stopping_) nothing_happens();
    for (const Ready& ready : events)
        dispatch(ready);
    if (!timers_.empty()) timers_.expire(clock_->now());
    run_ready();
}

// None: until something happens.
Selector::Timeout EventLoop::time_to_sleep() const {
    using namespace std::chrono_literals;
    if (!ready_.empty() || stopping_ || clock_->stands_still()) return 0ns;
    if (timers_.empty()) return std::nullopt;
    TimePoint now = clock_->now();
    return std::max(timers_.earliest(), now) - now;
}

// Runs as many as are ready now. What they make ready is behind them; what
// they take out of the queue is missing.
void EventLoop::run_ready() {
    for (std::size_t left = ready_.size(); left > 0; --left) {
        if (ready_.empty()) return;
        ready_.pop().run();
    }
}
// #endregion turn

// #region nothing_happens
void EventLoop::nothing_happens() {
    if (!clock_->stands_still()) return;
    if (timers_.empty()) {
        std::string stacks = "all tasks wait, and nothing will happen:\n";
        tasks_.for_each([&](const TaskBase& task) {
            stacks += fmt::format("  {}\n{}", task.name(), task.stack());
        });
        throw Deadlock(stacks);
    }
    clock_->jump_to(timers_.earliest());
}
// #endregion nothing_happens

void EventLoop::run_forever() {
    Running running(*this);
    do {
        turn();
    } while (!std::exchange(stopping_, false));
}

void EventLoop::run_until_done(const FutureBase& future) {
    Running running(*this);
    while (!future.done()) {
        turn();
        if (std::exchange(stopping_, false) && !future.done()) {
            throw std::runtime_error("stopped before it was done");
        }
    }
}

// #region cancel_all
void EventLoop::cancel_all(Duration grace) {
    Running running(*this);
    tasks_.for_each([](TaskBase& task) { task.request_cancel(); });
    bool late = false;
    Handle handle = call_later(grace, [&late] { late = true; });
    while (!tasks_.empty() && !late) {
        turn();
        stopping_ = false;  // that is what it is about
    }
    handle.cancel();
    while (!tasks_.empty()) {
        TaskBase& task = *tasks_.first();
        detail::report(
            fmt::format("{} would not stop:\n{}", task.name(), task.stack()));
        task.abandon();
    }
}
// #endregion cancel_all

// #region callbacks
Handle EventLoop::call_soon(std::function<void()> function) {
    auto callback = std::make_shared<Callback>(*this, std::move(function));
    callback->keep(callback);
    ready_.push(*callback);
    return Handle(callback);
}

TimePoint EventLoop::after(Duration delay) const {
    TimePoint now = time();
    return delay < TimePoint::max() - now ? now + delay : TimePoint::max();
}

Handle EventLoop::call_later(Duration delay, std::function<void()> function) {
    return call_at(after(delay), std::move(function));
}

Handle EventLoop::call_at(TimePoint when, std::function<void()> function) {
    auto callback = std::make_shared<Callback>(*this, std::move(function));
    callback->keep(callback);
    timers_.arm(*callback, when);
    return Handle(callback);
}

Handle EventLoop::call_soon_threadsafe(std::function<void()> function) {
    auto callback = std::make_shared<Callback>(*this, std::move(function));
    Handle handle(callback);
    wakeup_.push(std::move(callback));
    return handle;
}
// #endregion callbacks

void Callback::expire() {
    loop_.ready().push(*this);
}

void Callback::run() {
    std::shared_ptr<Callback> self = std::move(self_);
    std::function<void()> function = std::exchange(function_, nullptr);
    if (!function) return;
    try {
        function();
    } catch (...) {
        detail::report("exception in a callback: " +
                       detail::describe(std::current_exception()));
    }
}

// What goes with the function may cancel it as well.
void Callback::cancel() {
    auto dropped = std::exchange(function_, nullptr);
    if (armed()) {
        disarm();
        self_.reset();
    }
}

void EventLoop::run_incoming() {
    for (std::shared_ptr<Callback>& callback : wakeup_.take()) {
        callback->keep(callback);
        ready_.push(*callback);
    }
    for (auto& [signal, handler] : signals_) {
        if (handler.arrived()) call_soon([this, n = signal] { on_signal(n); });
    }
}

// Who was removed meanwhile is not called any more.
void EventLoop::on_signal(int signal) {
    auto found = signals_.find(signal);
    if (found == signals_.end()) return;
    std::function<void()> function = found->second.function();
    function();
}

struct EventLoop::Foreign {
    // One direction: queues its function whenever the descriptor is ready.
    class Side : public IoWaiter {
    public:
        Side(EventLoop& loop, Watch& watch, Direction direction)
            : loop_(loop), watch_(watch), direction_(direction) {}
        ~Side() { leave(); }

        // Gives the old one back: what goes with it may call us again.
        std::function<void()> set(std::function<void()> function) {
            function_.swap(function);
            leave();
            if (function_) watch_.wait(direction_, *this);
            return function;
        }
        explicit operator bool() const { return static_cast<bool>(function_); }

    private:
        void leave() {
            watch_.stop_waiting(direction_, *this);
            handle_.cancel();
        }
        void on_ready() override { handle_ = loop_.call_soon(function_); }

        EventLoop& loop_;
        Watch& watch_;
        Direction direction_;
        std::function<void()> function_;
        Handle handle_;
    };

    Foreign(EventLoop& loop, int fd)
        : watch(loop, fd, Trigger::level),
          in(loop, watch, Direction::in),
          out(loop, watch, Direction::out) {}

    Watch watch;
    Side in;
    Side out;
};

EventLoop::Foreign& EventLoop::foreign(int fd) {
    auto found = foreign_.find(fd);
    if (found == foreign_.end()) {
        auto made = std::make_unique<Foreign>(*this, fd);
        found = foreign_.emplace(fd, std::move(made)).first;
    }
    return *found->second;
}

void EventLoop::add_reader(int fd, std::function<void()> function) {
    foreign(fd).in.set(std::move(function));
}

void EventLoop::add_writer(int fd, std::function<void()> function) {
    foreign(fd).out.set(std::move(function));
}

bool EventLoop::remove_foreign(int fd, Direction direction) {
    auto found = foreign_.find(fd);
    if (found == foreign_.end()) return false;
    Foreign& foreign = *found->second;
    std::function<void()> before =
        (direction == Direction::in ? foreign.in : foreign.out).set(nullptr);
    if (!foreign.in && !foreign.out) foreign_.erase(found);
    return static_cast<bool>(before);
}

bool EventLoop::remove_reader(int fd) {
    return remove_foreign(fd, Direction::in);
}

bool EventLoop::remove_writer(int fd) {
    return remove_foreign(fd, Direction::out);
}

void EventLoop::add_signal_handler(int signal, std::function<void()> function) {
    // What has come already is for the new function.
    auto found = signals_.find(signal);
    if (found != signals_.end()) return found->second.set(std::move(function));
    signals_.try_emplace(signal, signal, wakeup_.fd(), std::move(function));
}

bool EventLoop::remove_signal_handler(int signal) {
    return signals_.erase(signal) != 0;
}

// One that can't be handled leaves none handled: from here on the destructor
// is called whatever happens.
SignalScope::SignalScope(EventLoop& loop, std::vector<int> signals,
                         std::function<void()> function)
    : SignalScope(loop) {
    for (int signal : signals) {
        loop_.add_signal_handler(signal, function);
        signals_.push_back(signal);
    }
}

SignalScope::~SignalScope() {
    for (int signal : signals_)
        loop_.remove_signal_handler(signal);
}

// #region generations
std::uint64_t EventLoop::adopt(Watch& watch) {
    if (watch.fd() < 0) {
        throw std::system_error(EBADF, std::generic_category(), "watch");
    }
    auto fd = static_cast<std::size_t>(watch.fd());
    if (fd >= watches_.size()) watches_.resize(fd + 1);
    if (watches_[fd] != nullptr) {
        throw std::logic_error(
            fmt::format("descriptor {} is watched already", fd));
    }
    watches_[fd] = &watch;
    return std::uint64_t{++generation_} << 32 | fd;
}

void EventLoop::has_moved(Watch& watch) {
    watches_[static_cast<std::size_t>(watch.fd())] = &watch;
}

void EventLoop::disown(Watch& watch) {
    watches_[static_cast<std::size_t>(watch.fd())] = nullptr;
}

bool EventLoop::is_current(std::uint64_t key) const {
    const Watch* watch = watches_[key & 0xffffffff];
    return watch != nullptr && watch->key() == key;
}

void EventLoop::dispatch(const Ready& ready) {
    if (is_current(ready.key)) {
        watches_[ready.key & 0xffffffff]->on_events(ready.events);
    }
}
// #endregion generations

}  // namespace tincan
