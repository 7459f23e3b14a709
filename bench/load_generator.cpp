#include "bench/load_generator.hpp"

#include "02-nonblocking-busy/nonblocking.hpp"
#include "bench/load_socket.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace tincan::bench {

namespace {

// So many new connections may wait for their first echo. Python's asyncio
// asks for a backlog of 100, and the kernel drops what goes beyond it.
constexpr std::size_t kConnectAtOnce = 64;

constexpr std::size_t kOffsets = 1 << 16;

// Bytes without a pattern, the same ones every time.
std::string random_text(std::size_t size) {
    std::mt19937 random;
    std::string text(size, '\0');
    std::ranges::generate(text, [&] { return static_cast<char>(random()); });
    return text;
}

// Which piece of the text a message is depends on its connection and round:
// an echo that belongs to another one does not go unnoticed.
std::size_t offset_of(std::size_t connection, std::uint64_t round) {
    return static_cast<std::size_t>(connection * 40503 + round * 25717) %
           kOffsets;
}

}  // namespace

LoadGenerator::LoadGenerator(const Endpoint& server,
                             std::chrono::milliseconds patience)
    : addresses_(resolve(server)),
      patience_(patience),
      text_(random_text(kOffsets + kLargestMessage)),
      buffer_(1 << 16) {}

void LoadGenerator::start(std::size_t bytes) {
    bytes_ = bytes;
    result_ = {};
}

Result LoadGenerator::finish(Seconds elapsed) const {
    Result result = result_;
    result.connections = alive_;
    result.bytes = bytes_;
    result.elapsed = elapsed;
    return result;
}

Result LoadGenerator::connect_up_to(std::size_t number) {
    start(kUsualMessage);
    Clock::time_point started = Clock::now();
    auto finished = [&](Connection&, Clock::time_point) { ++result_.total; };
    while (alive_ < number && result_.errors == 0) {
        if (busy_ < kConnectAtOnce) {
            open();
        } else {
            turn(finished);
        }
    }
    while (busy_ > 0)
        turn(finished);
    return finish(Clock::now() - started);
}

Result LoadGenerator::run(Seconds window, std::size_t bytes) {
    start(bytes);
    auto length = std::chrono::duration_cast<Clock::duration>(window);
    Clock::time_point from = Clock::now() + length / 5;
    Clock::time_point until = from + length;
    for (Connection& connection : connections_)
        begin(connection);
    while (busy_ > 0) {
        turn([&](Connection& connection, Clock::time_point now) {
            ++result_.total;
            if (now >= from) result_.times.add(now - connection.began);
            if (now >= from && now < until) ++result_.roundtrips;
            if (now < until) begin(connection);
        });
    }
    return finish(window);
}

Result LoadGenerator::count(std::uint64_t rounds, std::size_t bytes) {
    start(bytes);
    Clock::time_point started = Clock::now();
    auto begin_one_more = [&](Connection& connection) {
        if (rounds == 0) return;
        --rounds;
        begin(connection);
    };
    for (Connection& connection : connections_)
        begin_one_more(connection);
    while (busy_ > 0) {
        turn([&](Connection& connection, Clock::time_point now) {
            ++result_.total;
            ++result_.roundtrips;
            result_.times.add(now - connection.began);
            begin_one_more(connection);
        });
    }
    return finish(Clock::now() - started);
}

// Connects and begins the round trip that proves it.
void LoadGenerator::open() {
    const addrinfo& server = *addresses_;
    Connection& connection = connections_.emplace_back();
    connection.number = connections_.size() - 1;
    ++alive_;
    attempt(connection, [&] {
        Socket socket = load_socket(server, connection.number);
        // How long connect may take, which this alone waits in.
        set_option(socket, SOL_SOCKET, SO_SNDTIMEO,
                   timeval{.tv_sec = patience_.count() / 1000,
                           .tv_usec = patience_.count() % 1000 * 1000});
        check(::connect(socket.fd(), server.ai_addr, server.ai_addrlen),
              "connect");
        set_nonblocking(socket);
        selector_.add(socket.fd(), kReadable, connection.number,
                      Trigger::level);
        connection.socket = std::move(socket);
    });
    begin(connection);
}

void LoadGenerator::begin(Connection& connection) {
    if (!connection.socket) return;
    ++connection.round;
    connection.message = std::string_view(text_).substr(
        offset_of(connection.number, connection.round), bytes_);
    connection.sent = 0;
    connection.received = 0;
    connection.began = Clock::now();
    ++busy_;
    attempt(connection, [&] { send_rest(connection); });
}

void LoadGenerator::send_rest(Connection& connection) {
    auto rest = connection.message.substr(connection.sent);
    connection.sent += try_send(connection.socket, rest).value_or(0);
    bool must_wait = connection.sent < connection.message.size();
    if (must_wait != connection.waits_to_send) {
        connection.waits_to_send = must_wait;
        selector_.modify(connection.socket.fd(),
                         must_wait ? kReadable | kWritable : kReadable);
    }
}

// True when the last byte of the echo has come.
bool LoadGenerator::receive_echo(Connection& connection) {
    auto count = try_receive(connection.socket, buffer_);
    if (!count) return false;
    std::string_view message = connection.message;
    std::size_t already = connection.received;
    if (*count == 0) {
        throw std::runtime_error(
            message.empty()
                ? "the server closed it while it was silent"
                : fmt::format("the server closed it after {} of {} bytes of "
                              "echo",
                              already, message.size()));
    }
    if (*count > connection.sent - already || message.empty()) {
        throw std::runtime_error("more bytes came back than were sent");
    }
    std::string_view came(buffer_.data(), *count);
    std::string_view expected = message.substr(already, *count);
    if (came != expected) {
        auto [wrong, right] = std::ranges::mismatch(came, expected);
        throw std::runtime_error(fmt::format(
            "byte {} came back as 0x{:02x}, not 0x{:02x}",
            already + static_cast<std::size_t>(wrong - came.begin()),
            static_cast<unsigned char>(*wrong),
            static_cast<unsigned char>(*right)));
    }
    connection.received += came.size();
    return connection.received == message.size();
}

// Does `step`, whose failure is the end of this connection only.
template <typename Step>
void LoadGenerator::attempt(Connection& connection, Step step) {
    try {
        step();
    } catch (const std::runtime_error& error) {
        fail(connection, error.what());
    }
}

// Waits for events and handles them; `finished` is called with a connection
// whose echo is complete, and the time. If nothing happens for too long, all
// that still wait have failed.
template <typename Finished>
void LoadGenerator::turn(Finished finished) {
    Clock::time_point asked = Clock::now();
    auto ready = selector_.select(patience_);
    if (ready.empty() && Clock::now() - asked >= patience_) give_up_waiting();
    for (auto [key, events] : ready) {
        Connection& connection = connections_[key];
        attempt(connection, [&, happened = events] {
            if (happened & kWritable) send_rest(connection);
            if (happened & ~kWritable && receive_echo(connection)) {
                connection.message = {};
                --busy_;
                finished(connection, Clock::now());
            }
        });
    }
}

void LoadGenerator::give_up_waiting() {
    for (Connection& connection : connections_) {
        if (connection.message.empty()) continue;
        fail(connection,
             fmt::format("no answer for {} ms after {} of {} bytes of echo",
                         patience_.count(), connection.received,
                         connection.message.size()));
    }
}

void LoadGenerator::fail(Connection& connection, const std::string& why) {
    if (result_.errors == 0) {
        std::string round =
            connection.round == 0
                ? ""
                : fmt::format(", round trip {}", connection.round);
        result_.first_error = fmt::format("connection {}{}: {}",
                                          connection.number + 1, round, why);
    }
    ++result_.errors;
    --alive_;
    if (!connection.message.empty()) --busy_;
    connection.message = {};
    if (connection.socket) selector_.remove(connection.socket.fd());
    connection.socket = Socket();
}

}  // namespace tincan::bench
