// Stage 6: the whole idea in one file. Coroutines that can go on, those that
// wait for a time, and a selector for those that wait for a socket.
//
//   $ ./mini_loop 8000          then, in two other terminals: nc localhost 8000
//
// Not here (tincan/): coroutines that call each other, results, cancellation,
// and going on when the kernel has no memory to watch one more socket.
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/make_selector.hpp"
#include "06-coroutines/arguments.hpp"

#include <bit>
#include <coroutine>
#include <deque>
#include <map>

using namespace tincan;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Paused = std::coroutine_handle<>;  // stands at its co_await

namespace {

// #region loop
struct Loop {
    std::unique_ptr<Selector> selector;
    std::deque<Paused> ready{};
    std::multimap<Clock::time_point, Paused> timers{};

    void run() {
        for (;;) {
            for (; !ready.empty(); ready.pop_front())
                ready.front().resume();  // to its next co_await, or its end
            Selector::Timeout sleep;     // without timers, for ever
            if (!timers.empty())
                sleep = std::max(timers.begin()->first - Clock::now(), 0ns);
            for (auto [key, events] : selector->select(sleep))
                ready.push_back(
                    Paused::from_address(std::bit_cast<void*>(key)));
            while (!timers.empty() && timers.begin()->first <= Clock::now())
                ready.push_back(timers.extract(timers.begin()).mapped());
        }
    }
};
// #endregion loop

// #region awaiters
// co_await calls await_suspend, which says what shall make it go on.
struct Time : std::suspend_always {
    Time(Loop& l, std::chrono::nanoseconds wait)
        : loop(l), when(Clock::now() + wait) {}
    void await_suspend(Paused self) { loop.timers.emplace(when, self); }
    Loop& loop;
    Clock::time_point when;
};
struct Readiness : std::suspend_always {
    Readiness(Loop& l, const Socket& socket, Events w)
        : loop(l), fd(socket.fd()), wanted(w) {}
    void await_suspend(Paused self) {
        loop.selector->add(fd, wanted,
                           std::bit_cast<std::uint64_t>(self.address()));
    }
    void await_resume() { loop.selector->remove(fd); }
    Loop& loop;
    int fd;
    Events wanted;
};
// #endregion awaiters

// #region coroutine
// Begins when it is called, and is gone when it ends.
struct Coroutine {
    struct promise_type {
        Coroutine get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }  // out of run
    };
};
// #endregion coroutine

// #region echo
Coroutine echo(Loop& loop, Arrival client) {
    std::array<char, 4096> buffer;
    try {
        for (;;) {
            co_await Readiness(loop, client.socket, kReadable);
            auto count = try_receive(client.socket, buffer);
            if (count == 0) break;
            std::string_view rest(buffer.data(), count.value_or(0));
            while (!rest.empty()) {
                rest.remove_prefix(try_send(client.socket, rest).value_or(0));
                if (rest.empty()) break;
                co_await Readiness(loop, client.socket, kWritable);
            }
        }
    } catch (const std::system_error& error) {
        say("{}: {}", client.peer, error.what());
    }
}
Coroutine serve(Loop& loop, Socket listener) {
    set_nonblocking(listener);
    for (;;) {
        co_await Readiness(loop, listener, kReadable);
        Arrival client = accept_client(listener, SOCK_NONBLOCK);
        if (client) {
            echo(loop, std::move(client));
        } else if (client.exhausted) {
            co_await Time(loop, 1s);
        }
    }
}
Coroutine tick(Loop& loop) {
    for (int seconds = 1;; ++seconds) {
        co_await Time(loop, 1s);
        say("{} s", seconds);
    }
}
// #endregion echo

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        Loop loop{make_selector(selector_argument(arguments))};
        Endpoint here = server_arguments(arguments, "8000", kServerSynopsis);
        tick(loop);
        serve(loop, announce_listener(here));
        loop.run();
    });
}
