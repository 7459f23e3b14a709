#include "06-coroutines/sql/connection.hpp"

#include "01-blocking/socket.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/sql/readiness.hpp"
#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/timeout.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tincan::sql {

namespace {

using Want = Readiness::Want;

std::string_view without_line_end(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \n") + 1);
}

// One of the fields of an error; "" if it has none such.
std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

Message message_of(const PGresult* result) {
    Message message;
    message.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    message.sqlstate = field(result, PG_DIAG_SQLSTATE);
    message.text = field(result, PG_DIAG_MESSAGE_PRIMARY);
    message.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    message.hint = field(result, PG_DIAG_MESSAGE_HINT);
    std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    if (!position.empty()) {
        message.position = std::strtoul(position.c_str(), nullptr, 10);
    }
    if (message.text.empty()) {
        message.text = without_line_end(PQresultErrorMessage(result));
    }
    return message;
}

// The types that psql too puts on the right (catalog/pg_type.dat).
bool is_number(Oid type) {
    constexpr std::array<Oid, 9> kNumbers{20,  21,  23,  26,  28,
                                          700, 701, 790, 1700};
    return std::ranges::find(kNumbers, type) != kNumbers.end();
}

Table table_of(const PGresult* result) {
    std::vector<Heading> headings;
    headings.reserve(static_cast<std::size_t>(PQnfields(result)));
    for (int i = 0; i < PQnfields(result); ++i)
        headings.push_back({PQfname(result, i), is_number(PQftype(result, i))});
    return Table(std::move(headings));
}

void add_rows(Table& table, const PGresult* result) {
    std::vector<Cell> row(static_cast<std::size_t>(PQnfields(result)));
    for (int i = 0; i < PQntuples(result); ++i) {
        int column = 0;
        for (Cell& cell : row) {
            cell.reset();
            if (PQgetisnull(result, i, column) == 0) {
                cell.emplace(
                    PQgetvalue(result, i, column),
                    static_cast<std::size_t>(PQgetlength(result, i, column)));
            }
            ++column;
        }
        table.add(row);
    }
}

// The listener is there for as long as its statement.
class ListenerScope {
public:
    ListenerScope(Connection::Listener& place, Connection::Listener listener)
        : place_(place) {
        place_ = std::move(listener);
    }
    ListenerScope(const ListenerScope&) = delete;
    ~ListenerScope() { place_ = nullptr; }

private:
    Connection::Listener& place_;
};

// #region cancel
// PQcancel makes a connection of its own and waits until the server has acted:
// so a thread does that, and writes into an eventfd when it is done. Nobody
// waits for the thread at the end of the program; a server that hangs would
// keep us from ending.
Coro<void> send_cancel(std::shared_ptr<PGcancel> request) {
    auto done =
        std::make_shared<Socket>(check(::eventfd(0, EFD_CLOEXEC), "eventfd"));
    std::thread thread([request, done] {
        sigset_t sigpipe;  // which PQcancel would not survive
        ::sigemptyset(&sigpipe);
        ::sigaddset(&sigpipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
        // What it can't do the reply will show: the statement goes on.
        char error[256];
        PQcancel(request.get(), error, sizeof error);
        ::eventfd_write(done->fd(), 1);
    });
    thread.detach();
    co_await Readiness(done->fd(), Want::read);
}

// A request may come too early: the server forgets it if it has not begun with
// the statement. So it is repeated, and so is one that could not be made.
Coro<void> cancel_until_answered(std::shared_ptr<PGcancel> request,
                                 std::shared_ptr<Event> answered) {
    using namespace std::chrono_literals;
    while (!answered->is_set()) {
        try {
            co_await send_cancel(request);
        } catch (const std::system_error&) {
            // No descriptor, or no thread, for it.
        }
        try {
            co_await wait_for(answered->wait(), 100ms);
        } catch (const TimeoutError&) {
        }
    }
}
// #endregion cancel

}  // namespace

// #region open
Coro<void> Connection::open() {
    close();
    std::array<const char*, 5> names{"fallback_application_name", "dbname",
                                     "client_encoding", nullptr};
    std::array<const char*, 5> values{"sql_client", conninfo_.c_str(), "UTF8",
                                      nullptr};
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
    if (!connection_) throw std::bad_alloc();
    PQsetNoticeReceiver(connection_.get(), &Connection::on_notice, this);

    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        next = PGRES_POLLING_FAILED;
    }
    while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
        Want want = Want::write;
        if (next == PGRES_POLLING_READING) want = Want::read;
        // Asked for each time: the next address has the next socket.
        co_await Readiness(PQsocket(connection_.get()), want);
        next = PQconnectPoll(connection_.get());
    }
    if (next == PGRES_POLLING_FAILED) throw NotConnected(error());
    PQsetnonblocking(connection_.get(), 1);
}
// #endregion open

void Connection::close() {
    connection_.reset();
    if (cancel_) cancel_->cancel();
    cancel_.reset();
}

// What the server said before it went lies in the socket, and behind it the
// end of the stream: each call reads once.
bool Connection::is_alive() {
    PGconn* connection = connection_.get();
    while (connection != nullptr && PQstatus(connection) == CONNECTION_OK) {
        pollfd socket{PQsocket(connection), POLLIN, 0};
        if (::poll(&socket, 1, 0) <= 0) return true;
        if (PQconsumeInput(connection) == 0) break;
        PQisBusy(connection);  // takes in what it has read
    }
    return false;
}

bool Connection::is_drained() const {
    return connection_ && PQstatus(connection_.get()) == CONNECTION_OK &&
           PQtransactionStatus(connection_.get()) == PQTRANS_IDLE && !cancel_;
}

// PQtransactionStatus(nullptr) is PQTRANS_UNKNOWN.
bool Connection::in_transaction() const {
    return PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS ||
           transaction_failed();
}

bool Connection::transaction_failed() const {
    return PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

Coro<Reply> Connection::query(std::string statement, Listener listener) {
    ListenerScope scope(listener_, std::move(listener));
    EventLoop& loop = EventLoop::running();
    TimePoint begun = loop.time();
    Reply reply;
    co_await run(statement.c_str(), reply);
    reply.time = loop.time() - begun;
    reply.lost = PQstatus(connection_.get()) == CONNECTION_BAD;
    show_notifications();
    if (cancel_) co_await end_cancel();
    co_return reply;
}

// A request that is still on its way could stop the next statement. One that
// hangs, or for which nobody wants to wait, costs the connection, but not the
// reply.
Coro<void> Connection::end_cancel() {
    using namespace std::chrono_literals;
    answered_->set();
    try {
        co_await wait_for(*cancel_, 1s);
        cancel_.reset();
    } catch (const TimeoutError&) {
        close();
    } catch (const CancelledError&) {
        close();
    }
}

void Connection::request_cancel() {
    if (cancel_ || !connection_) return;
    std::shared_ptr<PGcancel> request(PQgetCancel(connection_.get()),
                                      PQfreeCancel);
    answered_ = std::make_shared<Event>();
    cancel_ = EventLoop::running().create_task(
        cancel_until_answered(request, answered_), "cancel");
}

// Rows come one by one, each a result of its own, and a last one without rows
// ends them: so a table of any size never is in memory whole.
Coro<void> Connection::run(const char* statement, Reply& reply) {
    if (PQsendQuery(connection_.get(), statement) == 0) {
        throw NotConnected(error());
    }
    PQsetSingleRowMode(connection_.get());
    co_await flush();

    std::optional<Table> table;
    for (;;) {
        Result result = co_await next_result();
        if (!result) break;
        ExecStatusType status = PQresultStatus(result.get());
        bool has_rows =
            status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK;
        if (has_rows && !table) table = table_of(result.get());
        if (has_rows) add_rows(*table, result.get());
        if (status == PGRES_SINGLE_TUPLE) continue;

        Answer answer;
        if (status == PGRES_COPY_OUT) {
            table = Table({Heading{"COPY"}});
            co_await receive_copy(*table);
            continue;  // its tag comes as the next result
        }
        if (status == PGRES_COPY_IN) {
            PQputCopyEnd(connection_.get(), "this client has nothing to copy");
            co_await flush();
            continue;
        }
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            table.reset();
            answer.error = message_of(result.get());
        } else if (status == PGRES_COPY_BOTH) {
            answer.error.emplace().text = "replication is not for this client";
        } else {
            answer.tag = PQcmdStatus(result.get());
            answer.table = std::exchange(table, std::nullopt);
        }
        reply.answers.push_back(std::move(answer));
        if (status == PGRES_COPY_BOTH) break;
    }
}

// #region wait
// Sends what is left. Who only sends while the server only sends too would
// wait for ever, so what comes is taken in meanwhile.
Coro<void> Connection::flush() {
    while (PQflush(connection_.get()) == 1) {
        co_await Readiness(PQsocket(connection_.get()), Want::either);
        // A broken connection shows in the next result.
        if (PQconsumeInput(connection_.get()) == 0) co_return;
    }
}

// Null behind the last one.
Coro<Connection::Result> Connection::next_result() {
    while (PQisBusy(connection_.get()) == 1) {
        co_await Readiness(PQsocket(connection_.get()), Want::read);
        if (PQconsumeInput(connection_.get()) == 0) break;
    }
    co_return Result(PQgetResult(connection_.get()));
}
// #endregion wait

Coro<void> Connection::receive_copy(Table& table) {
    for (;;) {
        char* line = nullptr;
        int size = PQgetCopyData(connection_.get(), &line, 1);
        if (size > 0) {
            std::unique_ptr<char, void (*)(void*)> owner(line, PQfreemem);
            std::string_view text(line, static_cast<std::size_t>(size));
            table.add({without_line_end(text)});
        } else if (size == 0) {
            co_await Readiness(PQsocket(connection_.get()), Want::read);
            if (PQconsumeInput(connection_.get()) == 0) co_return;
        } else {
            co_return;
        }
    }
}

// Whatever was notified meanwhile to a connection that listens: libpq keeps it
// until somebody asks.
void Connection::show_notifications() {
    while (PGnotify* notify = PQnotifies(connection_.get())) {
        std::unique_ptr<PGnotify, void (*)(void*)> owner(notify, PQfreemem);
        Message message;
        message.severity = "NOTIFY";
        message.text = fmt::format("{}: {}", notify->relname, notify->extra);
        listener_(message);
    }
}

std::string Connection::error() const {
    std::string_view text = without_line_end(PQerrorMessage(connection_.get()));
    std::string line;
    for (char c : text)
        if (c != '\t') line += c == '\n' ? ' ' : c;
    return printable(line);
}

// Called by libpq, through which no exception may fly: it is in C.
void Connection::on_notice(void* self, const PGresult* notice) {
    auto& connection = *static_cast<Connection*>(self);
    try {
        if (connection.listener_) connection.listener_(message_of(notice));
    } catch (const std::bad_alloc&) {
    }
}

}  // namespace tincan::sql
