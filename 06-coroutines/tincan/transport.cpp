#include "06-coroutines/tincan/transport.hpp"

#include "06-coroutines/tincan/sleep.hpp"

namespace tincan {

using namespace std::chrono_literals;

namespace detail {

// Belongs to the task that drives it, so that a protocol may keep a Transport
// without keeping itself alive.
class TransportState : public std::enable_shared_from_this<TransportState> {
public:
    TransportState(Ref<Connection> connection,
                   std::shared_ptr<Protocol> protocol)
        : connection_(std::move(connection)), protocol_(std::move(protocol)) {}
    TransportState(const TransportState&) = delete;
    TransportState& operator=(const TransportState&) = delete;
    // A task that ends before its first turn has told the protocol nothing.
    ~TransportState() {
        abort();
        lose();
    }

    void made();
    static Coro<void> drive(std::shared_ptr<TransportState> self);

    void write(std::string_view bytes);
    void pause_reading(bool pause);
    void close();
    void abort();
    Connection& connection() { return *connection_; }

private:
    class Pause;
    class End;

    static Coro<void> receive_all(std::shared_ptr<TransportState> self);
    static Coro<void> resume_when_drained(std::shared_ptr<TransportState> self);
    bool broken() { return connection_->output().failed(); }
    void lose();

    // Whatever goes wrong in a protocol is the end of its connection.
    template <typename Callback>
    void call(Callback callback) {
        try {
            if (protocol_) callback(*protocol_);
        } catch (...) {
            error_ = std::current_exception();
            report("exception in a protocol: " + describe(error_));
            abort();
        }
    }

    Ref<Connection> connection_;
    std::shared_ptr<Protocol> protocol_;  // null after connection_lost
    bool reading_paused_ = false;
    bool writing_paused_ = false;
    bool aborted_ = false;
    std::exception_ptr error_;
};

// Both wait in a list that is woken, among other things, when the connection
// breaks or is closed.
class TransportState::Pause final : public Waiter {
public:
    explicit Pause(TransportState& state)
        : Waiter(state.connection().output().waiters()), state_(state) {}
    bool attempt() override {
        return !state_.reading_paused_ || state_.broken() ||
               state_.connection().is_closing();
    }
    const char* what() const override { return "pause"; }

private:
    TransportState& state_;
};

class TransportState::End final : public Waiter {
public:
    explicit End(TransportState& state)
        : Waiter(state.connection().output().waiters()), state_(state) {}
    bool attempt() override {
        return state_.broken() || state_.connection().closed();
    }
    const char* what() const override { return "end"; }

private:
    TransportState& state_;
};

// #region drive
void TransportState::made() {
    Transport transport(shared_from_this());
    call([&](Protocol& protocol) { protocol.connection_made(transport); });
}

Coro<void> TransportState::receive_all(std::shared_ptr<TransportState> self) {
    StreamReader reader(self->connection_);
    for (;;) {
        std::string_view bytes = co_await reader.read();
        co_await Pause(*self);
        if (self->broken() || self->connection().is_closing()) co_return;
        if (bytes.empty()) break;
        self->call([&](Protocol& protocol) { protocol.data_received(bytes); });
    }
    bool stays_open = false;
    self->call(
        [&](Protocol& protocol) { stays_open = protocol.eof_received(); });
    if (!stays_open) self->close();
}

// Callbacks on top of a coroutine: the task waits, the protocol is called.
Coro<void> TransportState::drive(std::shared_ptr<TransportState> self) {
    bool cancelled = false;
    try {
        co_await receive_all(self);
        co_await End(*self);
        // Who was woken by the last callback goes on before the next one.
        co_await sleep(0s);
    } catch (const CancelledError&) {
        cancelled = true;
        self->abort();
    } catch (const std::system_error&) {
        self->error_ = std::current_exception();
    }
    self->lose();
    if (cancelled) throw CancelledError();
}

void TransportState::lose() {
    try {
        if (!error_ && !aborted_) connection_->output().throw_if_failed();
    } catch (const std::system_error&) {
        error_ = std::current_exception();
    }
    connection_->abort();
    call([&](Protocol& protocol) { protocol.connection_lost(error_); });
    protocol_.reset();
}
// #endregion drive

// #region write
void TransportState::write(std::string_view bytes) {
    connection_->output().write(bytes);
    if (writing_paused_ || !connection_->output().paused()) return;
    writing_paused_ = true;
    call([](Protocol& protocol) { protocol.pause_writing(); });
    EventLoop::running().create_task(resume_when_drained(shared_from_this()),
                                     "drain " + connection_->peer());
}

Coro<void> TransportState::resume_when_drained(
    std::shared_ptr<TransportState> self) {
    try {
        co_await StreamDrain(self->connection().output(),
                             StreamDrain::Down::to_low_water);
    } catch (const std::system_error&) {
        co_return;  // connection_lost tells
    }
    self->writing_paused_ = false;
    self->call([](Protocol& protocol) { protocol.resume_writing(); });
}
// #endregion write

void TransportState::pause_reading(bool pause) {
    reading_paused_ = pause;
    connection_->output().waiters().wake_all();
}

void TransportState::close() {
    connection_->close();
    connection_->output().waiters().wake_all();
}

void TransportState::abort() {
    aborted_ = true;
    connection_->abort();
}

}  // namespace detail

void Transport::write(std::string_view bytes) {
    if (auto state = state_.lock()) state->write(bytes);
}

std::size_t Transport::queued() const {
    auto state = state_.lock();
    return state ? state->connection().output().size() : 0;
}

void Transport::flush() {
    if (auto state = state_.lock()) state->connection().output().flush();
}

void Transport::write_eof() {
    if (auto state = state_.lock()) state->connection().write_eof();
}

void Transport::pause_reading() {
    if (auto state = state_.lock()) state->pause_reading(true);
}

void Transport::resume_reading() {
    if (auto state = state_.lock()) state->pause_reading(false);
}

void Transport::close() {
    if (auto state = state_.lock()) state->close();
}

void Transport::abort() {
    if (auto state = state_.lock()) state->abort();
}

bool Transport::is_closing() const {
    auto state = state_.lock();
    return !state || state->connection().is_closing();
}

std::string Transport::get_extra_info(std::string_view name) const {
    auto state = state_.lock();
    if (!state) return "";
    if (name == "peername") return state->connection().peer();
    if (name != "sockname" || state->connection().closed()) return "";
    return to_string(local_address(state->connection().socket().socket()));
}

namespace {

Coro<void> serve(ProtocolFactory factory, StreamWriter writer) {
    auto state = std::make_shared<detail::TransportState>(writer.connection(),
                                                          factory());
    state->made();
    co_await detail::TransportState::drive(std::move(state));
}

}  // namespace

Server create_server(ProtocolFactory factory, Socket listener,
                     ServerOptions options) {
    return start_server(
        [factory = std::move(factory)](StreamReader, StreamWriter writer) {
            return serve(factory, std::move(writer));
        },
        std::move(listener), std::move(options));
}

Coro<Transport> create_connection(std::shared_ptr<Protocol> protocol,
                                  Endpoint endpoint) {
    auto [reader, writer] = co_await open_connection(endpoint);
    auto state = std::make_shared<detail::TransportState>(writer.connection(),
                                                          std::move(protocol));
    Transport transport(state);
    state->made();
    EventLoop::running().create_task(
        detail::TransportState::drive(std::move(state)), writer.peer());
    co_return transport;
}

}  // namespace tincan
