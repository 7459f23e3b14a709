#include "06-coroutines/tincan/server.hpp"

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/sleep.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <list>

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
    std::size_t clients() const { return guests_.size(); }
    void for_each_client(void (Connection::*function)());

private:
    class Guest;
    class Closed;

    static Coro<void> accept_clients(std::shared_ptr<State> self);
    void take_in(Arrival client);
    bool somebody_waits() const;
    void report(const std::string& what) const;

    AsyncSocket listener_;
    ClientHandler handler_;
    ServerOptions options_;
    std::optional<Task<void>> accepting_;
    bool closed_ = false;
    std::list<Guest> guests_;
    WaitList waiters_;
};

// #region guest
// A client, from accept until its handler has ended and its connection is
// closed. No coroutine of its own: it is an entry in the list of those who
// wait for the handler, later of those who wait for the connection.
class Server::State::Guest final : WaitEntry {
public:
    Guest(std::shared_ptr<State> server, Ref<Connection> connection,
          FutureBase& handler)
        : WaitEntry(handler.waiters()),
          server_(std::move(server)),
          connection_(std::move(connection)),
          handler_(&handler) {
        join();
    }

    const Ref<Connection>& connection() const { return connection_; }
    void set_place(std::list<Guest>::iterator place) { place_ = place; }

private:
    void on_wake() override {
        if (handler_ != nullptr) handler_ended();
        if (!connection_->closed()) return change_to(connection_->closing());
        std::shared_ptr<State> server = server_;
        server->guests_.erase(place_);  // which is the end of us
        server->waiters_.wake_all();
    }
    void handler_ended() {
        bool well = !handler_->failed() && !handler_->cancelled();
        handler_ = nullptr;  // it lives no longer than this call
        well ? connection_->close() : connection_->abort();
    }

    std::shared_ptr<State> server_;
    Ref<Connection> connection_;
    FutureBase* handler_;  // null once it has ended
    std::list<Guest>::iterator place_;
};
// #endregion guest

// #region accept
// Out of descriptors, asking again at once would only burn the CPU: it pauses,
// twice as long each time. It says so once, until nobody waits any more.
Coro<void> Server::State::accept_clients(std::shared_ptr<State> self) {
    Duration pause = kShortestPause;
    bool shortage = false;
    for (;;) {
        Arrival client = co_await sock_accept(self->listener_);
        if (client) {
            self->take_in(std::move(client));
            pause = kShortestPause;
            shortage = shortage && self->somebody_waits();
            continue;
        }
        if (!std::exchange(shortage, true)) {
            self->report("out of descriptors: the next client has to wait");
        }
        co_await sleep(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
}
// #endregion accept

// #region take_in
// The handler's coroutine is the client's task.
void Server::State::take_in(Arrival client) {
    std::string peer = client.peer;
    try {
        auto connection = make_ref<Connection>(
            AsyncSocket(std::move(client.socket)), peer, options_.limit);
        Task<void> task = EventLoop::running().create_task(
            handler_(StreamReader(connection), StreamWriter(connection)), peer);
        guests_.emplace_front(shared_from_this(), std::move(connection),
                              task.base().future());
        guests_.front().set_place(guests_.begin());
    } catch (const std::exception& error) {
        report(fmt::format("{} refused: {}", peer, error.what()));
    }
}
// #endregion take_in

void Server::State::for_each_client(void (Connection::*function)()) {
    for (auto next = guests_.begin(); next != guests_.end();) {
        Ref<Connection> client = (next++)->connection();  // it may leave
        ((*client).*function)();
    }
}

void Server::State::start() {
    accepting_ = EventLoop::running().create_task(
        accept_clients(shared_from_this()), "accept");
}

bool Server::State::somebody_waits() const {
    pollfd queue{listener_.fd(), POLLIN, 0};
    int count = 0;
    do {
        count = ::poll(&queue, 1, 0);
    } while (count == -1 && errno == EINTR);
    return count == 1;
}

// Who is in the queue believes to be connected, and must not be reset. Who
// comes in behind as many as it holds has come since.
void Server::State::accept_the_rest() {
    for (int queued = 0; queued < SOMAXCONN && somebody_waits(); ++queued) {
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
    explicit Closed(State& server) : Waiter(server.waiters_), server_(server) {}
    bool attempt() override {
        return server_.closed_ && server_.guests_.empty();
    }
    const char* what() const override { return "closed"; }

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
    state_->for_each_client(&Connection::stop_reading);
}

void Server::abort_clients() {
    state_->for_each_client(&Connection::abort);
}

std::size_t Server::clients() const {
    return state_->clients();
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
