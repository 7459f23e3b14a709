// A transaction belongs to one connection, and so do its statements.
#pragma once

#include "06-coroutines/sql/pool.hpp"
#include "06-coroutines/tincan/sync.hpp"

#include <optional>
#include <string>
#include <utility>

namespace tincan::sql {

// Lets statements through in the order in which they come. From BEGIN until the
// transaction is over they have one connection, and one waits for the answer to
// the other; what began before goes on beside them. Outside of a transaction
// nobody waits here. Must outlive its turns.
class Transaction {
public:
    // failed: nothing but its end is possible any more, because of an error or
    // because its connection was lost.
    enum class State { none, open, failed };

    // A statement's time with its connection.
    class Turn {
    public:
        Turn(Turn&& other) noexcept
            : transaction_(other.transaction_),
              permit_(std::exchange(other.permit_, std::nullopt)),
              lease_(std::exchange(other.lease_, std::nullopt)) {}
        Turn& operator=(Turn&& other) noexcept {
            std::swap(transaction_, other.transaction_);
            permit_.swap(other.permit_);
            lease_.swap(other.lease_);
            return *this;
        }
        // What the transaction has become, its connection knows.
        ~Turn();

        Connection& connection() const { return lease_->connection(); }
        // Not in the transaction: one that is open now is rolled back.
        bool is_outside() const { return !permit_.has_value(); }

    private:
        friend class Transaction;

        Turn(Transaction& transaction, Semaphore::Permit permit)
            : transaction_(&transaction), permit_(std::move(permit)) {}

        Transaction* transaction_;
        std::optional<Semaphore::Permit> permit_;
        std::optional<Lease> lease_{};
    };

    explicit Transaction(Pool& pool) : pool_(pool) {}
    Transaction(const Transaction&) = delete;

    // Of the transaction that the next statement will belong to.
    State state() const { return state_; }

    // Throws NotConnected if there is no connection for it. That of a
    // transaction that lost its own is refused, up to the one that ends it: it
    // was not meant to take effect alone.
    Coro<Turn> turn(std::string statement);

    // The end of all statements. False if nothing was left open.
    bool roll_back();

private:
    void refuse(const std::string& statement);
    void take_back(std::optional<Lease> lease);

    Pool& pool_;
    State state_ = State::none;
    Semaphore turn_{1};
    std::optional<Lease> pinned_;  // between its statements
};

}  // namespace tincan::sql
