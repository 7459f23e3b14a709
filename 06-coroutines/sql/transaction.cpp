#include "06-coroutines/sql/transaction.hpp"

#include "06-coroutines/sql/words.hpp"

#include <utility>

namespace tincan::sql {

// #region turn
Coro<Transaction::Turn> Transaction::turn(std::string statement) {
    Semaphore::Permit permit = co_await turn_.acquire();
    if (state_ == State::failed && !pinned_) refuse(statement);

    Turn turn(*this, std::move(permit));
    if (state_ == State::none && begins_transaction(statement)) {
        state_ = State::open;
    }
    if (state_ == State::none) turn.permit_.reset();  // the next one may come
    if (pinned_) {
        turn.lease_.swap(pinned_);
    } else {
        Lease lease = co_await pool_.acquire();
        turn.lease_.emplace(std::move(lease));
    }
    co_return turn;
}

Transaction::Turn::~Turn() {
    if (permit_) transaction_->take_back(std::move(lease_));
}

// However a statement of the transaction ended: answered, lost, given up, never
// sent.
void Transaction::take_back(std::optional<Lease> lease) {
    state_ = State::failed;
    if (!lease) return;
    Connection& connection = lease->connection();
    if (connection.is_drained()) {
        state_ = State::none;
    } else if (connection.in_transaction()) {
        if (!connection.transaction_failed()) state_ = State::open;
        pinned_.swap(lease);
    }
}
// #endregion turn

void Transaction::refuse(const std::string& statement) {
    if (ends_transaction(statement)) {
        state_ = State::none;
        throw NotConnected("the transaction was lost with its connection");
    }
    throw NotConnected(
        "its transaction was lost with the connection; ROLLBACK ends it");
}

bool Transaction::roll_back() {
    state_ = State::none;
    bool was_open = pinned_.has_value();
    pinned_.reset();  // in the midst of a transaction it is closed
    return was_open;
}

}  // namespace tincan::sql
