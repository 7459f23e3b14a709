// Coro<T>: a function that can wait without holding up its thread.
//
//   Coro<std::size_t> count(StreamReader reader) {
//       std::size_t total = 0;
//       ...  std::string_view bytes = co_await reader.read(1000);
//       co_return total;
//   }
//
// Calling it runs nothing yet: it makes a frame that holds the parameters.
// `co_await count(reader)` runs it as part of this task and gives its result;
// create_task (task.hpp) runs it beside. What g++ 12 gets wrong, and what to
// write instead, is in this folder's README.
#pragma once

#include "06-coroutines/tincan/pump.hpp"

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace tincan {

template <typename T = void>
class Coro;

namespace detail {

// A result that is void takes no room, but can be set like any other.
struct NoValue {
    void emplace() const {}
};
template <typename T>
using Value = std::conditional_t<std::is_void_v<T>, NoValue, std::optional<T>>;

// What a coroutine gave: a value or an exception.
template <typename T>
struct Outcome {
    [[no_unique_address]] Value<T> value;
    std::exception_ptr error;

    // Gives the value away, or throws the error.
    T take() {
        if (error) std::rethrow_exception(std::move(error));
        if constexpr (!std::is_void_v<T>) return std::move(*value);
    }
};

// Calls `function` and keeps what it returns or throws.
template <typename T, typename Function>
void run_into(Outcome<T>& outcome, Function& function) {
    try {
        if constexpr (std::is_void_v<T>) {
            function();
        } else {
            outcome.value.emplace(function());
        }
    } catch (...) {
        outcome.error = std::current_exception();
    }
}

// What runs on top of the coroutine that awaits it: another one.
template <typename C>
concept HasFrame = !std::is_reference_v<C> && requires(C & callee) {
    callee.frame();
};

template <typename Callee>
class Call {
public:
    explicit Call(Callee& callee) : callee_(callee) {}

    bool await_ready() const noexcept { return callee_.finished(); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) noexcept {
        caller.promise().pump->push(callee_.frame());
    }
    decltype(auto) await_resume() { return callee_.take(); }

private:
    Callee& callee_;
};

// Something that is no awaiter but makes one: a task, a future.
template <typename Awaitable>
concept HasAwaiter = requires(Awaitable& awaitable) {
    awaitable.awaiter();
};

template <typename Awaitable>
concept CanBeAwaited = HasFrame<Awaitable> ||
    std::derived_from<Awaitable, Awaiter> || HasAwaiter<Awaitable>;

// #region promise
// The end of a coroutine: whoever awaits it is on top again.
struct Return {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
        ended.promise().pump->pop();
    }
    void await_resume() const noexcept {}
};

template <typename T>
class PromiseBase : public CoroFrame {
public:
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Return final_suspend() const noexcept { return {}; }
    void unhandled_exception() { outcome.error = std::current_exception(); }

    // What may stand behind co_await: another coroutine, an awaiter, or
    // something that has one (a task, a future). Where it stands comes in three
    // plain arguments, because a Site would be kept in the frame, twice.
    template <CanBeAwaited Awaitable>
    auto await_transform(Awaitable&& awaitable,
                         const char* function = __builtin_FUNCTION(),
                         const char* file = __builtin_FILE(),
                         unsigned line = __builtin_LINE()) {
        site = {function, file, line};
        if constexpr (HasFrame<Awaitable>) {
            return Call<Awaitable>(awaitable);
        } else if constexpr (std::derived_from<Awaitable, Awaiter>) {
            return Awaiting<Awaitable&>(awaitable, *pump);
        } else {
            using Own = decltype(awaitable.awaiter());
            return Awaiting<Own>(awaitable.awaiter(), *pump);
        }
    }

    Outcome<T> outcome;
};

template <typename T>
class Promise : public PromiseBase<T> {
public:
    Coro<T> get_return_object();
    void return_value(T value) {
        this->outcome.value.emplace(std::move(value));
    }
};

template <>
class Promise<void> : public PromiseBase<void> {
public:
    Coro<void> get_return_object();
    void return_void() {}
};
// #endregion promise

// Destroys a frame with all that its coroutine holds, wherever it is.
struct DestroyFrame {
    void operator()(CoroFrame* promise) const { promise->handle.destroy(); }
};
template <typename P>
using FramePtr = std::unique_ptr<P, DestroyFrame>;

}  // namespace detail

// #region coro
// Owns the frame: when the Coro goes, the frame goes, wherever it was. T may
// be void, or any type that can be moved.
template <typename T>
class [[nodiscard]] Coro {
public:
    using promise_type = detail::Promise<T>;

    // For co_await and the task: what to resume, and how it ended.
    CoroFrame& frame() { return *promise_; }
    static constexpr bool finished() { return false; }  // awaited once only
    T take() { return promise_->outcome.take(); }
    detail::Outcome<T>& outcome() { return promise_->outcome; }

private:
    friend promise_type;
    explicit Coro(promise_type& promise) : promise_(&promise) {
        promise.handle =
            std::coroutine_handle<promise_type>::from_promise(promise);
    }

    detail::FramePtr<promise_type> promise_;
};
// #endregion coro

namespace detail {

template <typename T>
Coro<T> Promise<T>::get_return_object() {
    return Coro<T>(*this);
}

inline Coro<void> Promise<void>::get_return_object() {
    return Coro<void>(*this);
}

// What `co_await awaitable` gives.
template <typename Awaitable>
using AwaitResult = decltype(std::declval<PromiseBase<void>&>()
                                 .await_transform(std::declval<Awaitable>())
                                 .await_resume());

}  // namespace detail
}  // namespace tincan
