// Stage 6: a client for PostgreSQL in which one types on while statements run.
//
//   $ ./sql_client "host=/var/run/postgresql dbname=shop"
//   sql> select pg_sleep(60); select count(*) from brand;
//
// A statement ends with `;`. Six run at once, each on a connection of its own,
// and the others wait for their turn. What belongs to a connection, a SET or a
// temporary table, the next statement may not find again: only from BEGIN to
// COMMIT do statements share one, and then they run one after the other. The
// prompt says so: `sql*>`, and `sql!>` when one of them has failed.
//
//   \jobs        what runs, and what waits
//   \cancel N    stops statement N
//   \q           stops all and ends; so does Ctrl-C when nothing runs. While
//                something runs, Ctrl-C stops that.
//
// Results appear above the line that is being typed. Ctrl-U erases the line,
// Ctrl-D at its beginning is the end of the input.
//
// What comes from a pipe or a file runs in order, on one connection; one that
// fails does not keep the next from running, and Ctrl-C stops and ends. With
// --at-once it is as if it were typed. A transaction that is open at the end of
// the input is rolled back.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/key_reader.hpp"
#include "06-coroutines/sql/console.hpp"
#include "06-coroutines/sql/input.hpp"
#include "06-coroutines/sql/jobs.hpp"
#include "06-coroutines/sql/pool.hpp"
#include "06-coroutines/terminal.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kConnections = 6;
constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [--at-once] [CONNINFO]   (as psql takes "
    "it: \"host=/tmp dbname=shop\"; the rest comes from PGHOST, PGUSER, ...)";

class Client {
public:
    Client(const std::string& conninfo, bool at_once)
        : at_once_(at_once),
          pool_(conninfo, at_once ? kConnections : 1),
          jobs_(pool_, [this](std::string_view text) { print(text); }) {}
    Client(const Client&) = delete;
    ~Client() {
        give_up_.cancel();
        stop_soon_.cancel();
    }

    Coro<void> run();

private:
    Coro<void> read();
    Coro<void> take_keys(StreamReader input);
    Coro<void> take_bytes(StreamReader input);
    void take(const sql::Entry& entry);
    void take_command(std::string_view command);
    void interrupt();
    void stop();
    void print(std::string_view text);
    void output_fails(int error);
    std::string_view prompt();

    EventLoop& loop_ = EventLoop::running();
    bool at_once_;  // or in order
    sql::Pool pool_;
    sql::Jobs jobs_;
    sql::Input input_;
    bool stopping_ = false;
    std::optional<Task<void>> reading_;
    Handle give_up_;
    std::optional<sql::Console> console_;  // while one types on a terminal
    int output_error_ = 0;                 // errno of the first
    Handle stop_soon_;
};

// #region run
// Reads until there is no more to read or somebody wants to stop; then waits
// for what still runs.
Coro<void> Client::run() {
    co_await pool_.open();
    reading_ = loop_.create_task(read(), "read");
    SignalScope on_interrupt(loop_, {SIGINT}, [this] { interrupt(); });
    std::vector<int> endings = ending_signals();
    std::erase(endings, SIGINT);
    SignalScope on_end(loop_, std::move(endings), [this] { stop(); });

    std::exception_ptr error;
    try {
        co_await *reading_;
    } catch (const CancelledError&) {
        // By stop.
    } catch (const std::exception&) {
        error = std::current_exception();
        console_.reset();
    }
    co_await jobs_.join();
    if (jobs_.transaction().roll_back()) {
        print("The transaction that was open at the end is rolled back.\n");
    }
    if (error) std::rethrow_exception(error);
    if (output_error_ != 0) {
        throw std::system_error(output_error_, std::generic_category(),
                                "stdout");
    }
}

Coro<void> Client::read() {
    StreamReader input = connect_stdin();
    if (on_terminal()) {
        co_await take_keys(input);
        console_.reset();
    } else {
        co_await take_bytes(input);
    }
    if (input_.unfinished()) print("Not sent: its end, a `;`, did not come.\n");
}

Coro<void> Client::take_bytes(StreamReader input) {
    bool more = true;
    while (more && !stopping_) {
        std::string_view bytes = co_await input.read();
        more = !bytes.empty();
        if (!more) bytes = "\n";  // the last line may have none
        while (std::optional<sql::Entry> entry = input_.next(bytes)) {
            take(*entry);
            if (!at_once_) co_await jobs_.join();
        }
    }
}
// #endregion run

// Until Ctrl-D. There is no console any more after `stop`.
Coro<void> Client::take_keys(StreamReader input) {
    const Key end_of_input{Key::Kind::control, "d"};
    KeyDecoder decoder;
    console_.emplace([this] { return prompt(); });
    for (;;) {
        std::optional<std::vector<Key>> keys =
            co_await next_keys(input, decoder);
        if (!keys) co_return;
        for (const Key& key : *keys) {
            if (key == end_of_input && console_->empty()) co_return;
            std::string piece = console_->press(key).value_or("");
            std::string_view bytes = piece;
            while (std::optional<sql::Entry> entry = input_.next(bytes))
                take(*entry);
            if (stopping_) co_return;
        }
        console_->draw();
    }
}

void Client::take(const sql::Entry& entry) {
    if (stopping_) return;
    if (entry.kind == sql::Entry::Kind::statement) {
        jobs_.start(entry.text);
    } else {
        take_command(entry.text);
    }
}

void Client::take_command(std::string_view command) {
    constexpr std::string_view kCancel = "cancel ";
    if (command == "q") return stop();
    if (command == "jobs") return print(jobs_.list());
    if (!command.starts_with(kCancel)) {
        return print("Commands: \\jobs, \\cancel N, \\q\n");
    }
    auto number = parse_number<int>(command.substr(kCancel.size()));
    if (!number || !jobs_.cancel(*number)) {
        print("No statement of that number runs: see \\jobs\n");
    }
}

// #region stop
// Ctrl-C: stops what runs, forgets what is half typed, or ends the program.
void Client::interrupt() {
    bool typed = input_.unfinished() || (console_ && !console_->empty());
    if (at_once_ && !jobs_.empty()) {
        jobs_.cancel_all();
    } else if (at_once_ && typed) {
        input_.clear();
        if (console_) console_->clear();
    } else {
        stop();  // in order, the next may depend on what was stopped
    }
}

// The server has two seconds to say what became of its statements.
void Client::stop() {
    stopping_ = true;
    console_.reset();
    // In order, who reads waits for the statement, not for input.
    if (at_once_ || jobs_.empty()) reading_->cancel();
    jobs_.cancel_all();
    give_up_.cancel();
    give_up_ = loop_.call_later(2s, [this] { jobs_.cancel_all(); });
}
// #endregion stop

std::string_view Client::prompt() {
    if (input_.unfinished()) return "...> ";
    switch (jobs_.transaction().state()) {
        case sql::Transaction::State::open:
            return "sql*> ";
        case sql::Transaction::State::failed:
            return "sql!> ";
        case sql::Transaction::State::none:
            break;
    }
    return "sql> ";
}

void Client::print(std::string_view text) {
    if (console_) return console_->print(text);
    std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
    if (written < text.size() || std::fflush(stdout) != 0) output_fails(errno);
}

// Results that nobody gets: no other statement is sent. Nothing is thrown here,
// who prints may be a destructor.
void Client::output_fails(int error) {
    if (output_error_ != 0) return;
    output_error_ = error;
    stopping_ = true;
    stop_soon_ = loop_.call_soon([this] { stop(); });
}

Coro<void> converse(std::string conninfo, bool at_once) {
    Client client(conninfo, at_once);
    co_await client.run();
}

}  // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_CTYPE, "C.UTF-8");  // for the widths of characters
    return run_program(argc, argv, [](Arguments arguments) {
        bool at_once = std::erase(arguments, "--at-once") > 0 ||
                       ::isatty(STDIN_FILENO) == 1;
        std::string selector = selector_argument(arguments, kSynopsis);
        if (arguments.size() > 1) throw UsageError(kSynopsis);
        run(converse(arguments.empty() ? "" : arguments[0], at_once), selector);
    });
}
