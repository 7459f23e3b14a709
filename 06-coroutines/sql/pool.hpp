// A fixed number of connections for any number of statements.
#pragma once

#include "06-coroutines/sql/connection.hpp"
#include "06-coroutines/tincan/queue.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tincan::sql {

class Pool;

// A connection that nobody else has. It goes back when this goes; one that is
// in the middle of something is closed before.
class Lease {
public:
    Lease(Pool& pool, Connection& connection)
        : pool_(&pool), connection_(&connection) {}
    Lease(Lease&& other) noexcept
        : pool_(other.pool_),
          connection_(std::exchange(other.connection_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(connection_, other.connection_);
        return *this;
    }
    ~Lease();

    Connection& connection() const { return *connection_; }

private:
    Pool* pool_;
    Connection* connection_;
};

class Pool {
public:
    Pool(const std::string& conninfo, std::size_t size);
    Pool(const Pool&) = delete;

    // Opens all connections at once. Throws NotConnected if one can't be.
    Coro<void> open();

    // The next connection that is free; who asked first has it first. One that
    // was lost is opened anew: throws NotConnected if that is not possible.
    Coro<Lease> acquire();

private:
    friend class Lease;

    void give_back(Connection& connection);

    std::vector<std::unique_ptr<Connection>> connections_;
    Queue<Connection*> free_;
};

}  // namespace tincan::sql
