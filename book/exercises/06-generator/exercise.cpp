// A coroutine that hands out one value after the other: the first squares.
//
//   $ ./generator 5

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"

#include <coroutine>
#include <optional>
#include <utility>

using namespace tincan;

namespace {

class Generator {
public:
    struct promise_type {
        Generator get_return_object() {
            return Generator(
                std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }

        // `co_yield value` is `co_await promise.yield_value(value)`.
        // #region starter
        std::suspend_never yield_value(unsigned value) {
            current = value;
            return {};
        }
        // #endregion starter
        // #region solution
        std::suspend_always yield_value(unsigned value) {
            current = value;
            return {};
        }
        // #endregion solution

        unsigned current = 0;
    };

    explicit Generator(std::coroutine_handle<promise_type> handle)
        : handle_(handle) {}
    Generator(Generator&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Generator() {
        if (handle_) handle_.destroy();
    }

    // The next value; nothing once there are no more.
    std::optional<unsigned> next() {
        // #region starter
        if (handle_.done()) return std::nullopt;
        handle_.resume();
        return handle_.promise().current;
        // #endregion starter
        // #region solution
        handle_.resume();
        if (handle_.done()) return std::nullopt;
        return handle_.promise().current;
        // #endregion solution
    }

private:
    std::coroutine_handle<promise_type> handle_;
};

Generator squares(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        print_line("makes {}", i * i);
        co_yield i* i;
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() != 1) throw UsageError("COUNT");
        auto count = parse_number<unsigned>(arguments[0]);
        if (!count) throw UsageError("COUNT");
        Generator generator = squares(*count);
        print_line("begins");
        while (std::optional<unsigned> value = generator.next())
            print_line("takes {}", *value);
        print_line("ends");
    });
}
