// The statements that run or wait for a connection, by number.
#pragma once

#include "06-coroutines/sql/transaction.hpp"
#include "06-coroutines/tincan/task_group.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tincan::sql {

// Must outlive its tasks: see join.
class Jobs {
public:
    using Print = std::function<void(std::string_view)>;

    // `print` gets what there is to show, whole lines, whenever it is there.
    Jobs(Pool& pool, Print print)
        : transaction_(pool), print_(std::move(print)) {}
    Jobs(const Jobs&) = delete;

    // Runs it beside the others; whatever becomes of it is printed.
    void start(std::string statement);
    // Asks the server to give it up, or takes it out of the queue. The second
    // time its connection is given up instead: the server may not answer any
    // more. False if there is none of that number.
    bool cancel(int number);
    void cancel_all();

    bool empty() const { return jobs_.empty(); }
    // A line for each of them, or one that says that there is none.
    std::string list() const;

    // Until all have ended.
    Coro<void> join() { return group_.join(); }

    // That of which the next statement will be a part.
    Transaction& transaction() { return transaction_; }

private:
    struct Job {
        int number;
        std::string statement;
        std::string headline;
        TimePoint begun;
        Connection* connection = nullptr;  // null while it waits for one
        std::optional<Task<void>> task{};
    };
    class Ending;

    Coro<void> run(Job& job, Ending ending);
    void cancel(Job& job);
    void show(const Job& job, std::string_view text);

    Transaction transaction_;
    Print print_;
    TaskGroup group_;
    std::map<int, Job> jobs_;
    int last_number_ = 0;
};

}  // namespace tincan::sql
