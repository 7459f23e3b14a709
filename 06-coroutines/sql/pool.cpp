#include "06-coroutines/sql/pool.hpp"

#include "06-coroutines/tincan/task_group.hpp"
#include "06-coroutines/tincan/timeout.hpp"

#include <chrono>

namespace tincan::sql {

namespace {

Coro<void> connect(Connection& connection) {
    using namespace std::chrono_literals;
    try {
        co_await wait_for(connection.open(), 10s);
    } catch (const TimeoutError&) {
        throw NotConnected("the server did not answer within 10 s");
    }
}

}  // namespace

Lease::~Lease() {
    if (connection_ != nullptr) pool_->give_back(*connection_);
}

Pool::Pool(const std::string& conninfo, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        connections_.push_back(std::make_unique<Connection>(conninfo));
        free_.put_nowait(connections_.back().get());
    }
}

// #region pool
Coro<void> Pool::open() {
    TaskGroup group;
    for (auto& connection : connections_)
        group.create_task(connect(*connection), "connect");
    co_await group.join();
}

Coro<Lease> Pool::acquire() {
    Connection* connection = co_await free_.get();
    Lease lease(*this, *connection);
    if (!connection->is_alive()) co_await connect(*connection);
    co_return lease;
}

void Pool::give_back(Connection& connection) {
    if (!connection.is_drained()) connection.close();
    free_.put_nowait(&connection);
}
// #endregion pool

}  // namespace tincan::sql
