#include "06-coroutines/sql/jobs.hpp"

#include "06-coroutines/sql/reply.hpp"
#include "06-coroutines/tincan/sleep.hpp"

#include <fmt/core.h>

#include <chrono>
#include <utility>

namespace tincan::sql {

// Travels with the coroutine of a job, even if that never begins; when it goes,
// the job goes, with a word about what became of it.
class Jobs::Ending {
public:
    Ending(Jobs& jobs, Job& job) : jobs_(jobs), job_(&job) {}
    Ending(Ending&& other) noexcept
        : jobs_(other.jobs_),
          job_(std::exchange(other.job_, nullptr)),
          words_(std::move(other.words_)) {}
    Ending& operator=(Ending&&) = delete;
    ~Ending() {
        if (job_ == nullptr) return;
        jobs_.show(*job_, words_);
        jobs_.jobs_.erase(job_->number);
    }

    void say(std::string words) { words_ = std::move(words); }

private:
    Jobs& jobs_;
    Job* job_;
    std::string words_ = "Cancelled before it was sent.\n";
};

void Jobs::start(std::string statement) {
    int number = ++last_number_;
    Job& job = jobs_[number];
    job.number = number;
    job.headline = headline(statement);
    job.statement = std::move(statement);
    job.begun = EventLoop::running().time();
    job.task = group_.create_task(run(job, Ending(*this, job)),
                                  fmt::format("job {}", number));
}

// #region run
Coro<void> Jobs::run(Job& job, Ending ending) {
    using namespace std::chrono_literals;
    Connection::Listener listener = [this, &job](const Message& message) {
        show(job, to_string(message, job.statement));
    };
    try {
        Transaction::Turn turn = co_await transaction_.turn(job.statement);
        co_await sleep(0s);  // who was cancelled meanwhile sends nothing
        job.connection = &turn.connection();
        Reply reply = co_await job.connection->query(job.statement, listener);
        reply.rolled_back =
            turn.is_outside() && job.connection->in_transaction();
        ending.say(to_string(reply, job.statement));
    } catch (const NotConnected& error) {
        ending.say(fmt::format("Not sent: {}\n", error.what()));
    } catch (const CancelledError&) {
        if (job.connection != nullptr) {
            ending.say(
                "Given up without an answer from the server. Whether "
                "the statement took effect is not known.\n");
        }
        throw;
    } catch (const std::exception& error) {
        ending.say(
            fmt::format("Given up: {}. Whether the statement took effect is "
                        "not known.\n",
                        error.what()));
    }
}
// #endregion run

// #region cancel
bool Jobs::cancel(int number) {
    auto found = jobs_.find(number);
    if (found == jobs_.end()) return false;
    cancel(found->second);
    return true;
}

void Jobs::cancel_all() {
    for (auto& [number, job] : jobs_)
        cancel(job);
}

void Jobs::cancel(Job& job) {
    if (job.connection == nullptr || job.connection->cancel_requested()) {
        job.task->cancel();
    } else {
        job.connection->request_cancel();
    }
}
// #endregion cancel

std::string Jobs::list() const {
    if (empty()) return "No statement runs.\n";
    std::string text;
    TimePoint now = EventLoop::running().time();
    for (const auto& [number, job] : jobs_) {
        const char* state = job.connection == nullptr ? "waits"
                            : job.connection->cancel_requested()
                                ? "is cancelled"
                                : "runs";
        text += fmt::format("[{}] {}, {}: {}\n", number, state,
                            to_string(now - job.begun), job.headline);
    }
    return text;
}

void Jobs::show(const Job& job, std::string_view text) {
    print_(fmt::format("[{}] {}\n{}", job.number, job.headline, text));
}

}  // namespace tincan::sql
