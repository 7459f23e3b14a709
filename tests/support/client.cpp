#include "tests/support/client.hpp"

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <array>
#include <cstring>

namespace tincan::test {

namespace {

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format(
        "{:g} s", static_cast<double>(time.count()) * time_scale() / 1000.0);
}

// What came and what followed it, for messages.
std::string then(std::string_view bytes, std::string_view end) {
    return bytes.empty() ? std::string(end)
                         : fmt::format("{}, then {}", describe(bytes), end);
}

std::uint16_t port_number(const Endpoint& endpoint) {
    return static_cast<std::uint16_t>(std::stoul(endpoint.port));
}

void set_buffer(const Socket& socket, int option, int size) {
    if (size == 0) return;
    check(::setsockopt(socket.fd(), SOL_SOCKET, option, &size, sizeof size),
          "setsockopt");
}

}  // namespace

Failure::Failure(std::string sent_, std::string came_, std::string expected_)
    : std::runtime_error(fmt::format("sent      {}\ncame      {}\nexpected  {}",
                                     sent_, came_, expected_)),
      sent(std::move(sent_)),
      came(std::move(came_)),
      expected(std::move(expected_)) {}

std::string load_address(std::size_t number) {
    return fmt::format("127.0.0.{}", 2 + number % 8);
}

Socket bound_socket() {
    AddressList here = resolve({"127.0.0.1", "0"});
    Socket socket(check(
        ::socket(here->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.fd(), here->ai_addr, here->ai_addrlen), "bind");
    return socket;
}

Socket accept_in_time(const Socket& listener) {
    int milliseconds = Deadline(kPatience).poll_timeout();
    pollfd waiting{listener.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) != 1) {
        throw std::runtime_error("nobody came");
    }
    Socket client = accept_client(listener).socket;
    timeval patience{.tv_sec = milliseconds / 1000,
                     .tv_usec = milliseconds % 1000 * 1000};
    for (int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        check(::setsockopt(client.fd(), SOL_SOCKET, option, &patience,
                           sizeof patience),
              "setsockopt");
    }
    return client;
}

Client::Client(const Endpoint& server, ClientOptions options)
    : options_(std::move(options)) {
    AddressList to = resolve(server);
    socket_ = Socket(check(
        ::socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
        "socket"));
    set_buffer(socket_, SO_RCVBUF, options_.receive_buffer);
    set_buffer(socket_, SO_SNDBUF, options_.send_buffer);
    int on = 1;
    check(::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on),
          "setsockopt");
    if (!options_.source.empty()) {
        // Only connect chooses the port then: one port can serve several
        // connections to different servers.
        check(::setsockopt(socket_.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
                           &on, sizeof on),
              "setsockopt");
        AddressList from = resolve({options_.source, "0"});
        check(::bind(socket_.fd(), from->ai_addr, from->ai_addrlen), "bind");
    }
    int error = 0;
    if (::connect(socket_.fd(), to->ai_addr, to->ai_addrlen) == -1) {
        error = errno;
    }
    if (error == EINPROGRESS) {
        socklen_t size = sizeof error;
        error = ETIMEDOUT;
        if (wait_for(POLLOUT, Deadline(options_.patience))) {
            ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    if (error != 0) {
        throw Failure("a connection request to " + to_string(server),
                      std::strerror(error), "a connection");
    }
    port_ = port_number(endpoint_of(socket_));
    server_port_ = port_number(server);
    if (options_.filter) start_filter();
}

void Client::start_filter() {
    filter_ = options_.filter();
    std::string first;
    filter_->start(first);
    send_raw(first);
    while (!filter_->ready()) {
        unread_ += receive_some("the other half of the handshake");
    }
}

std::string Client::decoded(std::string_view wire) {
    std::string plain;
    std::string reply;
    ended_ = !filter_->decode(wire, plain, reply);
    send_raw(reply);
    return plain;
}

bool Client::wait_for(short events, Deadline deadline) const {
    pollfd wanted{socket_.fd(), events, 0};
    while (::poll(&wanted, 1, deadline.poll_timeout()) <= 0) {
        if (deadline.passed()) return false;
    }
    return true;
}

std::string Client::sent() const {
    return last_sent_.empty() ? "nothing" : last_sent_;
}

void Client::send(std::string_view bytes) {
    last_sent_ = describe(bytes);
    if (!filter_) return send_raw(bytes);
    std::string wire = std::exchange(encoded_, {});
    filter_->encode(bytes, wire);
    send_raw(wire);
}

void Client::send_raw(std::string_view bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        if (!wait_for(POLLOUT, Deadline(options_.patience))) {
            throw Failure(sent(),
                          fmt::format("the server took {} bytes, then none "
                                      "for {}",
                                      done, seconds(options_.patience)),
                          "that it takes them all");
        }
        try {
            done += tincan::try_send(socket_, bytes.substr(done)).value_or(0);
        } catch (const std::system_error& error) {
            throw Failure(sent(), error.code().message(),
                          "that the server takes it");
        }
    }
}

std::size_t Client::send_until_full(std::string_view bytes,
                                    std::chrono::milliseconds quiet) {
    last_sent_ = describe(bytes);
    std::size_t done = 0;
    while (done < bytes.size() && wait_for(POLLOUT, Deadline(quiet))) {
        std::size_t count = try_send(bytes.substr(done));
        if (count == 0) break;
        done += count;
    }
    return done;
}

std::size_t Client::send_until_stuck(std::string_view bytes, pid_t sleeper) {
    // The kernel asks a full receiver for room after 200 ms, and a server that
    // tries all the time profits from every bit of it.
    constexpr int kStillFor = 6;
    std::size_t taken = 0;
    std::size_t unread = 0;
    Deadline deadline(std::chrono::seconds(5));
    for (int still = 0; taken < bytes.size() && still < kStillFor;) {
        if (deadline.passed() || is_cut()) break;
        std::size_t more =
            send_until_full(bytes.substr(taken), std::chrono::milliseconds(50));
        taken += more;
        std::size_t unread_before = unread;
        unread = unread_bytes(server_port_, port_);
        bool same = more == 0 && unread != 0 && unread == unread_before;
        bool waits = sleeper == 0 || is_asleep(sleeper);
        still = same && waits ? still + 1 : 0;
    }
    return taken;
}

std::size_t Client::try_send(std::string_view bytes) {
    if (!filter_) return try_send_raw(bytes);
    encoded_.erase(0, try_send_raw(encoded_));
    if (!encoded_.empty()) return 0;
    filter_->encode(bytes, encoded_);
    encoded_.erase(0, try_send_raw(encoded_));
    return bytes.size();
}

std::size_t Client::try_send_raw(std::string_view bytes) {
    ssize_t count =
        ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::string Client::receive_some(const std::string& expected) {
    if (!unread_.empty() || ended_) return std::exchange(unread_, {});
    std::string bytes;
    Deadline deadline(options_.patience);
    try {
        while (wait_for(POLLIN, deadline)) {
            bytes.resize(65536);
            std::optional<std::size_t> count = try_receive(socket_, bytes);
            if (!count) continue;
            bytes.resize(*count);
            if (!filter_) return bytes;
            bool handshake = !filter_->ready();
            std::string plain = decoded(bytes);
            if (!plain.empty() || ended_ || handshake) return plain;
        }
    } catch (const std::system_error& error) {
        throw Failure(sent(), error.what(), expected);
    }
    throw Failure(sent(),
                  fmt::format("nothing for {}", seconds(options_.patience)),
                  expected);
}

std::string Client::receive(std::size_t count) {
    std::string all;
    while (all.size() < count) {
        std::string expected =
            fmt::format("{} bytes, {} more", count, count - all.size());
        std::string some = receive_some(expected);
        if (some.empty()) {
            throw Failure(sent(), then(all, "end of stream"), expected);
        }
        all += some;
    }
    unread_ = all.substr(count);
    all.resize(count);
    return all;
}

std::string Client::receive_line(std::string_view ending) {
    std::string expected =
        fmt::format("something that ends with {}", describe(ending));
    std::string all;
    std::size_t end;
    while ((end = all.find(ending)) == std::string::npos) {
        std::string some = receive_some(expected);
        if (some.empty()) {
            throw Failure(sent(), then(all, "end of stream"), expected);
        }
        all += some;
    }
    unread_ = all.substr(end + ending.size());
    all.resize(end + ending.size());
    return all;
}

std::string Client::receive_to_end() {
    std::string all;
    for (;;) {
        std::string some = receive_some("end of stream");
        if (some.empty()) return all;
        all += some;
    }
}

Client::Ending Client::receive_to_any_end() {
    Ending ending{std::exchange(unread_, {})};
    std::array<char, 65536> buffer;
    while (!ended_ && wait_for(POLLIN, Deadline(options_.patience))) {
        ssize_t count = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
        if (count == -1 && (errno == EAGAIN || errno == EINTR)) continue;
        if (count == -1) {
            ending.how = Ending::reset;
            return ending;
        }
        std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
        if (!filter_) {
            ended_ = count == 0;
            ending.bytes += bytes;
            continue;
        }
        try {
            ending.bytes += decoded(bytes);
        } catch (const std::system_error&) {
            ending.how = Ending::reset;
            return ending;
        }
    }
    if (!ended_) ending.how = Ending::never;
    return ending;
}

bool Client::has_answer(std::chrono::milliseconds wait) const {
    return !unread_.empty() || wait_for(POLLIN, Deadline(wait));
}

bool Client::stays_silent(std::chrono::milliseconds time) const {
    return unread_.empty() && !wait_for(POLLIN, Deadline::unscaled(time));
}

bool Client::is_cut() const {
    pollfd happened{socket_.fd(), 0, 0};
    return ::poll(&happened, 1, 0) == 1 && (happened.revents & POLLERR) != 0;
}

void Client::expect_end() {
    std::string rest = receive_to_end();
    if (!rest.empty()) {
        throw Failure(sent(), describe(rest), "end of stream, no more bytes");
    }
}

void Client::exchange(std::string_view bytes, std::size_t already_sent) {
    last_sent_ = describe(bytes);
    std::size_t done = already_sent;
    std::string back;
    auto fail = [&](const std::string& came) {
        throw Failure(sent(), came,
                      "the same bytes; " + difference(bytes, back));
    };
    while (back.size() < bytes.size()) {
        short wanted = done < bytes.size() ? POLLIN | POLLOUT : POLLIN;
        if (!wait_for(wanted, Deadline(options_.patience))) {
            fail(then(back, "nothing for " + seconds(options_.patience)));
        }
        try {
            if (done < bytes.size()) {
                done +=
                    tincan::try_send(socket_, bytes.substr(done)).value_or(0);
            }
            std::array<char, 65536> buffer;
            std::optional<std::size_t> count = try_receive(socket_, buffer);
            if (!count) continue;
            if (*count == 0) fail(then(back, "end of stream"));
            std::string_view came(buffer.data(), *count);
            bool right = bytes.substr(back.size(), came.size()) == came;
            back += came;
            if (!right) fail(describe(back));
        } catch (const std::system_error& error) {
            fail(then(back, error.code().message()));
        }
    }
}

void Client::exchange_unseen(std::string_view bytes) {
    last_sent_ = describe(bytes);
    std::size_t done = 0;
    std::size_t back = 0;
    std::array<char, 65536> untouched;
    while (back < bytes.size()) {
        short wanted = done < bytes.size() ? POLLIN | POLLOUT : POLLIN;
        if (!wait_for(wanted, Deadline(options_.patience))) {
            throw Failure(sent(),
                          fmt::format("{} bytes, then nothing for {}", back,
                                      seconds(options_.patience)),
                          "as many bytes as were sent");
        }
        if (done < bytes.size()) done += try_send(bytes.substr(done));
        ssize_t count =
            ::recv(socket_.fd(), untouched.data(), untouched.size(), MSG_TRUNC);
        if (count > 0) back += static_cast<std::size_t>(count);
        if (count == 0 || (count == -1 && errno != EAGAIN && errno != EINTR)) {
            throw Failure(sent(),
                          fmt::format("{} bytes, then {}", back,
                                      count == 0 ? "end of stream"
                                                 : std::strerror(errno)),
                          "as many bytes as were sent");
        }
    }
}

void Client::half_close() {
    if (filter_) {
        std::string last = std::exchange(encoded_, {});
        filter_->finish(last);
        send_raw(last);
    }
    try {
        finish_sending(socket_);
    } catch (const std::system_error& error) {
        throw Failure(sent(), error.code().message(),
                      "that the connection is still there");
    }
}

void Client::reset() {
    linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

std::size_t Client::unacknowledged() const {
    int count = 0;
    check(::ioctl(socket_.fd(), SIOCOUTQ, &count), "ioctl");
    return static_cast<std::size_t>(count);
}

}  // namespace tincan::test
