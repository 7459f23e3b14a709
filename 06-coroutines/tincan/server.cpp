#include "06-coroutines/tincan/server.hpp"

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/sleep.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <unordered_set>

namespace tincan {

using namespace std::chrono_literals;
using detail::Connection;

namespace {

constexpr Duration kShortestPause = 10ms;
constexpr Duration kLongestPause = 1s;

}  // namespace

class Server::State : public std::enable_shared_from_this<State> {
public:
    State(ClientHandler handler, Socket listener, ServerOptions options)
        : listener_(std::move(listener), Trigger::level),
          handler_(std::move(handler)),
          options_(std::move(options)) {}

    void start();
    void accept_the_rest();
    void close();

    static Coro<void> wait_closed(std::shared_ptr<State> self);
    const std::unordered_set<Connection*>& clients() const { return clients_; }

private:
    class Guest;
    class Closed;

    static Coro<void> accept_clients(std::shared_ptr<State> self);
    static Coro<void> serve(std::unique_ptr<Guest> guest);
    void take_in(Arrival client);
    void report(const std::string& what) const;

    AsyncSocket listener_;
    ClientHandler handler_;
    ServerOptions options_;
    std::optional<Task<void>> accepting_;
    bool closed_ = false;
    std::unordered_set<Connection*> clients_;
    WaitList waiters_;
};

// #region guest
// A connection in the server's list, from accept to the end of its task, even
// if that never began; does not leave it open behind.
class Server::State::Guest {
public:
    Guest(std::shared_ptr<State> server, std::shared_ptr<Connection> connection)
        : server_(std::move(server)), connection_(std::move(connection)) {
        server_->clients_.insert(connection_.get());
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() {
        connection_->abort();
        server_->clients_.erase(connection_.get());
        server_->waiters_.wake_all();
    }

    Coro<void> handle() {
        return server_->handler_(StreamReader(connection_),
                                 StreamWriter(connection_));
    }
    Connection& connection() { return *connection_; }

private:
    std::shared_ptr<State> server_;
    std::shared_ptr<Connection> connection_;
};
// #endregion guest

// #region accept
// Out of descriptors, asking again at once would only burn the CPU: it pauses,
// twice as long each time, and says so once.
Coro<void> Server::State::accept_clients(std::shared_ptr<State> self) {
    Duration pause = kShortestPause;
    for (;;) {
        Arrival client = co_await sock_accept(self->listener_);
        if (client) {
            self->take_in(std::move(client));
            pause = kShortestPause;
            continue;
        }
        if (pause == kShortestPause) {
            self->report("out of descriptors: the next client has to wait");
        }
        co_await sleep(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
}

void Server::State::take_in(Arrival client) {
    std::string peer = client.peer;
    try {
        auto connection = std::make_shared<Connection>(
            AsyncSocket(std::move(client.socket)), peer, options_.limit);
        auto guest =
            std::make_unique<Guest>(shared_from_this(), std::move(connection));
        EventLoop::running().create_task(serve(std::move(guest)), peer);
    } catch (const std::system_error& error) {
        report(fmt::format("{} refused: {}", peer, error.what()));
    }
}
// #endregion accept

// #region serve
Coro<void> Server::State::serve(std::unique_ptr<Guest> guest) {
    co_await guest->handle();
    guest->connection().close();
    co_await detail::WaitClosed(guest->connection());
}
// #endregion serve

void Server::State::start() {
    accepting_ = EventLoop::running().create_task(
        accept_clients(shared_from_this()), "accept");
}

// Who is in the queue believes to be connected, and must not be reset.
void Server::State::accept_the_rest() {
    pollfd queue{listener_.fd(), POLLIN, 0};
    while (::poll(&queue, 1, 0) == 1) {
        Arrival client = accept_client(listener_.socket());
        if (client.exhausted) return;
        if (client) take_in(std::move(client));
    }
}

void Server::State::close() {
    if (std::exchange(closed_, true)) return;
    accepting_->cancel();
    listener_.close();
    waiters_.wake_all();
}

class Server::State::Closed : public Waiter {
public:
    explicit Closed(State& server)
        : Waiter(server.waiters_, "closed"), server_(server) {}
    bool attempt() override {
        return server_.closed_ && server_.clients_.empty();
    }

private:
    State& server_;
};

Coro<void> Server::State::wait_closed(std::shared_ptr<State> self) {
    co_await Closed(*self);
}

void Server::State::report(const std::string& what) const {
    if (options_.report) {
        options_.report(what);
    } else {
        say("{}", what);
    }
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
    if (state_) state_->close();
}

void Server::close() {
    state_->accept_the_rest();
    state_->close();
}

void Server::stop_reading() {
    for (Connection* client : state_->clients())
        client->stop_reading();
}

void Server::abort_clients() {
    for (Connection* client : state_->clients())
        client->abort();
}

std::size_t Server::clients() const {
    return state_->clients().size();
}

Coro<void> Server::wait_closed() const {
    return State::wait_closed(state_);
}

Server start_server(ClientHandler handler, Socket listener,
                    ServerOptions options) {
    auto state = std::make_shared<Server::State>(
        std::move(handler), std::move(listener), std::move(options));
    state->start();
    return Server(std::move(state));
}

}  // namespace tincan
