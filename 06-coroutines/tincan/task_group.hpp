// Tasks that belong together.
#pragma once

#include "06-coroutines/tincan/event_loop.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tincan {

// #region group
// Starts tasks and waits for all of them in one place, join. When one fails,
// the others are cancelled. None is forgotten: what still runs when the group
// goes is cancelled then. asyncio.TaskGroup
class TaskGroup {
public:
    TaskGroup() : state_(std::make_shared<State>()) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup() { state_->cancel_all(); }

    template <typename T>
    Task<T> create_task(Coro<T> coro, std::string name = "") {
        Task<T> task =
            EventLoop::running().create_task(std::move(coro), std::move(name));
        std::uint64_t id = task.base().id();
        state_->running.emplace(id, task);
        task.add_done_callback([state = state_, id] { state->ended(id); });
        return task;
    }

    // Until all have ended, those that were started meanwhile too; then throws
    // the error of the first that failed. Cancelled itself, it cancels them,
    // and waits for them all the same.
    Coro<void> join() { return join(state_); }
    // #endregion group

    std::size_t size() const { return state_->running.size(); }

private:
    struct State {
        void cancel_all() {
            for (auto& [id, task] : running)
                task.cancel();
        }
        // An error that join has not thrown is not lost: its task says so.
        void ended(std::uint64_t id) {
            AnyTask task = running.extract(id).mapped();
            if (task.failed() && !failed) {
                failed = task;
                cancel_all();
            } else {
                task.exception();
            }
            if (running.empty()) waiters.wake_all();
        }

        // By id: as they were created. Or done, and about to be erased.
        std::map<std::uint64_t, AnyTask> running;
        std::optional<AnyTask> failed;  // the first
        WaitList waiters;
    };

    class AllEnded final : public Waiter {
    public:
        explicit AllEnded(State& state)
            : Waiter(state.waiters), state_(state) {}
        bool attempt() override { return state_.running.empty(); }
        const char* what() const override { return "group"; }

    private:
        State& state_;
    };

    // #region join
    static Coro<void> join(std::shared_ptr<State> state) {
        bool cancelled = false;
        while (!state->running.empty()) {
            try {
                co_await AllEnded(*state);
            } catch (const CancelledError&) {
                cancelled = true;
                state->cancel_all();
            }
        }
        if (cancelled) throw CancelledError();
        if (state->failed) std::rethrow_exception(state->failed->exception());
    }
    // #endregion join

    std::shared_ptr<State> state_;
};

}  // namespace tincan
