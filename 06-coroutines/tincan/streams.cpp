#include "06-coroutines/tincan/streams.hpp"

#include "06-coroutines/tincan/timeout.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace tincan {

namespace detail {

void Connection::stop_reading() {
    input_.stop();
    if (!closed()) socket_.watch().poke(Direction::in);
}

void Connection::writelines(std::span<const std::string_view> lines) {
    if (!input_.filtering()) return output_.writelines(lines);
    std::string all;
    for (std::string_view line : lines)
        all += line;
    write(std::string_view(all));
}

void Connection::write_eof() {
    finish_writing();
    output_.write_eof();
    if (one_way()) close();
}

void Connection::finish_writing() {
    if (input_.filtering()) input_.filtering()->finish();
}

void Connection::set_filter(std::unique_ptr<StreamFilter> filter) {
    input_.set_filtering(
        std::make_unique<Filtering>(std::move(filter), output_));
}

// #region close
// Aborts the connection when a coroutine is done with it, however it ends: as
// its parameter, even if it is cancelled before it has begun.
class Connection::Aborter {
public:
    explicit Aborter(Connection& connection) : connection_(connection) {}
    Aborter(Aborter&&) = default;
    ~Aborter() {
        if (connection_) connection_->abort();
    }

    const Ref<Connection>& connection() const { return connection_; }

private:
    Ref<Connection> connection_;
};

void Connection::close() {
    if (state_ != State::open) return;
    stop_reading();
    finish_writing();
    if (output_.failed() || socket_.watch().closed() || nothing_on_its_way()) {
        output_.end();
        return abort();
    }
    state_ = State::closing;
    output_.write_eof();
    EventLoop& loop = socket_.watch().loop();
    loop.create_task(linger(Aborter(*this)), "close " + peer_);
}

// Then close(2) destroys nothing: we have read all that the peer will ever
// say, or all that it has said while its kernel has all that we said.
bool Connection::nothing_on_its_way() const {
    if (!output_.empty()) return false;
    if (input_.peer_finished() || one_way()) return true;
    int unread = 0;
    int unacknowledged = 0;
    return ::ioctl(socket_.fd(), SIOCINQ, &unread) == 0 && unread == 0 &&
           ::ioctl(socket_.fd(), SIOCOUTQ, &unacknowledged) == 0 &&
           unacknowledged == 0;
}

namespace {

Coro<void> discard_input(Ref<Connection> connection) {
    AsyncSocket& socket = connection->socket();
    std::size_t count = 1;
    // It may be aborted between two of these.
    while (count > 0 && !connection->closed()) {
        count = co_await sock_recv(socket, socket.watch().loop().scratch());
    }
}

}  // namespace

Coro<void> Connection::linger(Aborter aborter) {
    using namespace std::chrono_literals;
    const Ref<Connection>& connection = aborter.connection();
    StreamOutput& output = connection->output();
    try {
        co_await StreamDrain(output, StreamDrain::Down::to_nothing);
        if (connection->one_way()) co_return;
        co_await wait_for(discard_input(connection), 1s);
    } catch (const std::exception&) {
        // It was reset, or took too long: it gets no more of us.
    }
}

void Connection::abort() {
    if (closed()) return;
    stop_reading();
    output_.fail(std::make_error_code(std::errc::connection_aborted), "send");
    state_ = State::closed;
    closing_.wake_all();
    socket_.close();
}
// #endregion close

}  // namespace detail

detail::ReadUntil StreamReader::read_until(std::string_view separator) {
    if (separator.empty()) throw std::invalid_argument("empty separator");
    return {input(), watch(), separator};
}

bool StreamReader::at_eof() const {
    return connection_->input().at_end() &&
           connection_->input().bytes().empty();
}

namespace {

Streams streams_of(AsyncSocket socket, std::string peer, std::size_t limit) {
    auto connection =
        make_ref<detail::Connection>(std::move(socket), std::move(peer), limit);
    return {StreamReader(connection), StreamWriter(connection)};
}

}  // namespace

Streams make_streams(Socket socket, std::string peer, std::size_t limit) {
    return streams_of(AsyncSocket(std::move(socket)), std::move(peer), limit);
}

AsyncGenerator<std::string_view> lines(StreamReader reader) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        co_yield line;
    }
}

// #region open_connection
namespace {

// What is a number needs nobody's help.
bool is_number(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

Coro<AddressList> addresses_of(Endpoint endpoint) {
    if (is_number(endpoint.host)) co_return resolve(endpoint);
    auto ask = [endpoint] { return resolve(endpoint); };
    co_return co_await to_thread(ask);
}

Coro<AsyncSocket> connect_to_one(const addrinfo& at) {
    Socket made(check(
        ::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol),
        "socket"));
    AsyncSocket socket(std::move(made));
    co_await sock_connect(socket, at.ai_addr, at.ai_addrlen);
    int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    co_return socket;
}

}  // namespace

Coro<Streams> open_connection(Endpoint endpoint, std::size_t limit) {
    AddressList addresses = co_await addresses_of(endpoint);
    std::error_code error;
    for (addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
        try {
            AsyncSocket socket = co_await connect_to_one(*at);
            co_return streams_of(std::move(socket), to_string(endpoint), limit);
        } catch (const std::system_error& failure) {
            error = failure.code();
        }
    }
    throw std::system_error(error, "connect " + to_string(endpoint));
}
// #endregion open_connection

}  // namespace tincan
