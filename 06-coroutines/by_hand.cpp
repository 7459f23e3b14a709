// Stage 6: two coroutines, made and resumed by hand. No loop, no runtime: only
// what the compiler asks for.
//
//   $ ./by_hand
//
// Not here yet: something worth waiting for (mini_loop), a coroutine that
// calls another one and gets a result (tincan/coro.hpp).

#include "01-blocking/program.hpp"

#include <array>
#include <coroutine>
#include <string>
#include <utility>

using namespace tincan;

namespace {

// #region promise
// What a coroutine function returns: the owner of its frame.
class Steps {
public:
    struct promise_type {
        Steps get_return_object() {
            return Steps(
                std::coroutine_handle<promise_type>::from_promise(*this));
        }
        // Lazy: stops before its first line. std::suspend_never: eager.
        std::suspend_always initial_suspend() { return {}; }
        // Stops once more behind its last line, so that we can ask done().
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }  // out of resume

        std::string waits_for;
    };

    explicit Steps(std::coroutine_handle<promise_type> handle)
        : handle_(handle) {}
    Steps(Steps&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Steps() {
        if (handle_) handle_.destroy();
    }

    // Goes on to its next co_await, or its end; false if it has ended.
    bool resume() {
        handle_.resume();
        return !handle_.done();
    }
    const std::string& waits_for() const { return handle_.promise().waits_for; }

private:
    std::coroutine_handle<promise_type> handle_;
};
// #endregion promise

// #region awaiter
// What may stand behind co_await: three questions that the compiler asks.
struct WaitFor {
    explicit WaitFor(std::string text) : what(std::move(text)) {}

    // Is there nothing to wait for?
    bool await_ready() const { return false; }
    // It is suspended: who will resume it? Here, whoever reads the promise.
    void await_suspend(std::coroutine_handle<Steps::promise_type> self) {
        self.promise().waits_for = what;
    }
    // It goes on: what shall the co_await give?
    void await_resume() const {}

    std::string what;
};
// #endregion awaiter

// #region tea
Steps make_tea(std::string who) {
    print_line("{} puts the kettle on", who);
    co_await WaitFor("the water");
    print_line("{} fills the cup", who);
    co_await WaitFor("the tea");
    print_line("{} drinks", who);
}

void take_turns() {
    std::array both{make_tea("Ann"), make_tea("Bob")};
    print_line("both are made, and nothing has run");
    bool somebody_waits = true;
    while (somebody_waits) {
        somebody_waits = false;
        for (Steps& one : both) {
            if (!one.resume()) continue;
            print_line("    (waits for {})", one.waits_for());
            somebody_waits = true;
        }
    }
}
// #endregion tea

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        take_turns();
    });
}
