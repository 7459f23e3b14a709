// A connection to a PostgreSQL server: libpq's non-blocking functions, with
// somebody who waits between them.
//
// libpq never tells when to call it again, only what its socket must become
// before that makes sense. So all here is the same three steps: ask libpq, wait
// for the socket, ask again. (Manual: "Asynchronous Command Processing".) The
// name of the server's host alone is looked up in the old way, and holds up
// the whole loop; an address or a socket's directory does not.
#pragma once

#include "06-coroutines/sql/reply.hpp"
#include "06-coroutines/tincan/coro.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/task.hpp"

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace tincan::sql {

// There is no connection, so nothing was sent.
class NotConnected : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Connection {
public:
    using Listener = std::function<void(const Message&)>;

    // Connects to nothing yet. `conninfo` as libpq takes it: "host=/tmp
    // dbname=shop", "postgresql://localhost/shop"; what it leaves out comes
    // from PGHOST, PGUSER and so on.
    explicit Connection(std::string conninfo)
        : conninfo_(std::move(conninfo)) {}
    Connection(const Connection&) = delete;
    ~Connection() { close(); }

    // Anew if it was open. Throws NotConnected with what libpq says, in one
    // line of printable().
    Coro<void> open();
    void close();
    // False if it never was open, or has been lost meanwhile.
    bool is_alive();

    // Sends one statement and waits for all of its reply; `listener` hears
    // what the server says meanwhile. Throws NotConnected if it could not be
    // sent.
    //
    // If who waits is cancelled, the connection is in the middle of a reply,
    // and only good for being closed; to stop the statement, request_cancel.
    Coro<Reply> query(std::string statement, Listener listener);
    // Asks the server to give the statement up. The reply, if it does, is an
    // error, 57014; or else the reply, because it was too late.
    void request_cancel();
    // Was it asked already, for what runs now?
    bool cancel_requested() const { return cancel_.has_value(); }

    // Nothing of it is on its way, in either direction, and no transaction is
    // open.
    bool is_drained() const;
    // Between two statements of one; one of them may have failed, and then the
    // server takes nothing any more but the end.
    bool in_transaction() const;
    bool transaction_failed() const;

private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, Clear>;

    Coro<void> run(const char* statement, Reply& reply);
    Coro<void> flush();
    Coro<Result> next_result();
    Coro<void> receive_copy(Table& table);
    Coro<void> end_cancel();
    void show_notifications();
    std::string error() const;
    static void on_notice(void* self, const PGresult* notice);

    std::string conninfo_;
    std::unique_ptr<PGconn, Finish> connection_;
    Listener listener_;
    std::optional<Task<void>> cancel_;  // while it asks
    std::shared_ptr<Event> answered_;   // ends that
};

}  // namespace tincan::sql
