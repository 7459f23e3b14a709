// AsyncGenerator<T>: a coroutine that gives one value after another, and may
// wait between them.
//
//   AsyncGenerator<int> countdown(int from) {
//       for (int i = from; i > 0; --i) {
//           co_await sleep(1s);
//           co_yield i;
//       }
//   }
//
//   AsyncGenerator<int> numbers = countdown(3);
//   while (true) {
//       std::optional<int> number = co_await numbers.next();
//       if (!number) break;
//       ...
//   }
//
// Python's async generators, and `async for`.
#pragma once

#include "06-coroutines/tincan/coro.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace tincan {

// #region generator
// Owns the frame. It need not be walked to its end: when the generator goes,
// what its coroutine holds is destroyed where it stands, as by a return; that
// can't wait for anything. A cancellation of who waits for the next value is
// thrown inside, like everything, and ends it.
template <typename T>
class AsyncGenerator {
public:
    class promise_type : public detail::PromiseBase<T> {
    public:
        AsyncGenerator get_return_object() { return AsyncGenerator(*this); }
        // What awaits the next value is on top again, as after a return.
        detail::Return yield_value(T value) {
            this->outcome.value = std::move(value);
            return {};
        }
        void return_void() {}

        bool running = false;
    };

    // What co_await runs: the coroutine up to its next co_yield.
    class Next {
    public:
        explicit Next(promise_type& promise) : promise_(promise) {}

        bool finished() const { return promise_.handle.done(); }
        CoroFrame& frame() {
            promise_.running = true;
            return promise_;
        }
        std::optional<T> take() {
            promise_.running = false;
            auto [value, error] = std::exchange(promise_.outcome, {});
            if (error) std::rethrow_exception(error);
            return std::move(value);
        }

    private:
        promise_type& promise_;
    };

    // The next value; none after the last one, or after it threw. One task at
    // a time: std::logic_error if another waits for it already. __anext__
    Next next() {
        if (promise_->running) {
            throw std::logic_error("somebody waits for its next value already");
        }
        return Next(*promise_);
    }

private:
    explicit AsyncGenerator(promise_type& promise) : promise_(&promise) {
        promise.handle =
            std::coroutine_handle<promise_type>::from_promise(promise);
    }

    detail::FramePtr<promise_type> promise_;
};
// #endregion generator

}  // namespace tincan
