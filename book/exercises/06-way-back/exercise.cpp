// Coroutines by hand that call each other, and get a result.
//
//   $ ./way_back 3          adds up 1, 2, 3, in coroutines 4 deep

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"

#include <coroutine>
#include <utility>

using namespace tincan;

namespace {

class Call {
public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    struct promise_type {
        Call get_return_object() { return Call(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() { return {}; }
        // #region starter
        std::suspend_always final_suspend() noexcept { return {}; }
        // #endregion starter
        // #region solution
        struct Return {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
                return ended.promise().caller;
            }
            void await_resume() const noexcept {}
        };
        Return final_suspend() noexcept { return {}; }
        // #endregion solution
        void return_value(unsigned result) { value = result; }
        void unhandled_exception() { throw; }

        unsigned value = 0;
        // #region solution
        std::coroutine_handle<> caller = std::noop_coroutine();
        // #endregion solution
    };

    explicit Call(Handle handle) : handle_(handle) {}
    Call(Call&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Call() {
        if (handle_) handle_.destroy();
    }

    // What `co_await call` asks: run it, and give its result.
    bool await_ready() const { return false; }
    // #region starter
    void await_suspend(std::coroutine_handle<>) { handle_.resume(); }
    // #endregion starter
    // #region solution
    Handle await_suspend(std::coroutine_handle<> caller) {
        handle_.promise().caller = caller;
        return handle_;
    }
    // #endregion solution
    unsigned await_resume() const { return handle_.promise().value; }

    // Runs it from outside: true if it came to its end.
    bool run() {
        handle_.resume();
        return handle_.done();
    }

private:
    Handle handle_;
};

Call sum_up_to(unsigned number) {
    if (number == 0) co_return 0;
    unsigned below = co_await sum_up_to(number - 1);
    print_line("{} came back", number - 1);
    co_return below + number;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() != 1) throw UsageError("NUMBER");
        auto number = parse_number<unsigned>(arguments[0]);
        if (!number) throw UsageError("NUMBER");
        Call call = sum_up_to(*number);
        if (call.run()) {
            print_line("the sum is {}", call.await_resume());
        } else {
            print_line("it never came back");
        }
    });
}
