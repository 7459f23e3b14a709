// Socket calls that wait in the loop instead of in the kernel.
//
//   AsyncSocket client(std::move(socket));
//   std::size_t count = co_await sock_recv(client, buffer);
//
// Each tries its system call at once and waits only if that says EAGAIN. A
// cancelled one has done nothing (sock_sendall: nobody knows how much it had
// sent). Errors are std::system_error, named after the call.
// asyncio: loop.sock_accept, sock_recv, sock_sendall, sock_connect
#pragma once

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "06-coroutines/tincan/event_loop.hpp"
#include "06-coroutines/tincan/pipes.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace tincan {

// Which system calls move the bytes of a descriptor.
enum class Medium {
    socket,  // recv(2), send(2)
    pipe,    // read(2), write(2); it goes one way
    shared,  // poll(2), read(2); others have it too: it stays blocking
};

// #region async_socket
// A non-blocking socket and its place in the running loop. Edge-triggered
// where the selector can do that; a listener is level-triggered, because
// accept can't tell "nobody there" from "the first one has left again". So are
// the other media, which pass for sockets here. Can be moved while nobody waits
// for it; closed or destroyed at any time: then who waits gets ECANCELED.
class AsyncSocket {
public:
    // Throws std::system_error if the selector has no room for it.
    explicit AsyncSocket(Socket socket, Trigger trigger = Trigger::edge)
        : AsyncSocket(std::move(socket), trigger, Medium::socket) {}
    AsyncSocket(Socket socket, Medium medium)
        : AsyncSocket(std::move(socket), Trigger::level, medium) {}

    const Socket& socket() const { return socket_; }
    int fd() const { return socket_.fd(); }
    Watch& watch() const { return watch_; }
    Medium medium() const { return medium_; }

    // Before its time.
    void close() {
        watch_.close();
        socket_ = Socket();
    }

private:
    AsyncSocket(Socket socket, Trigger trigger, Medium medium)
        : socket_(std::move(socket)),
          medium_(medium),
          watch_(EventLoop::running(), socket_.fd(), trigger) {
        if (medium != Medium::shared) set_nonblocking(socket_);
    }

    Socket socket_;
    Medium medium_;
    mutable Watch watch_;  // goes first
};
// #endregion async_socket

// #region io_awaiter
// Waits for one direction of a descriptor.
class IoAwaiter : public Awaiter, IoWaiter {
public:
    IoAwaiter(Watch& watch, Direction direction)
        : watch_(&watch), fd_(watch.fd()), direction_(direction) {}
    IoAwaiter(IoAwaiter&&) = default;
    ~IoAwaiter() { leave(); }

    void wait() override {
        watch_->wait(direction_, *this);
        // Was it only our turn that was over?
        if (watch_->maybe_ready(direction_)) pump().wake();
    }
    // It could be closed before our next one.
    void postponed() {
        if (!watch_->closed()) watch_->wait(direction_, *this);
    }
    bool cancel() override {
        leave();
        return true;
    }
    void over() { leave(); }
    int fd() const override { return fd_; }

protected:
    // Throws std::system_error if the socket was closed, or has gone.
    void check_open() const {
        if (watch_ == nullptr || watch_->closed()) {
            throw std::system_error(ECANCELED, std::generic_category(), what());
        }
    }
    // May the system call be tried (again)?
    bool may_try() {
        check_open();
        return watch_->maybe_ready(direction_) && pump().spend();
    }
    Watch& watch() const { return *watch_; }

private:
    void leave() {
        if (watch_ != nullptr) watch_->stop_waiting(direction_, *this);
    }
    void on_ready() override { pump().wake(); }
    void on_closed() override {
        watch_ = nullptr;
        pump().wake();
    }

    Watch* watch_;
    int fd_;
    Direction direction_;
};
// #endregion io_awaiter

inline std::optional<std::size_t> try_read_from(const AsyncSocket& socket,
                                                std::span<char> buffer) {
    switch (socket.medium()) {
        case Medium::socket:
            break;
        case Medium::pipe:
            return try_read(socket.socket(), buffer);
        case Medium::shared:
            return try_read_shared(socket.socket(), buffer);
    }
    return try_receive(socket.socket(), buffer);
}

inline std::optional<std::size_t> try_write_to(const AsyncSocket& socket,
                                               std::string_view bytes) {
    return socket.medium() == Medium::socket
               ? try_send(socket.socket(), bytes)
               : try_write(socket.socket(), bytes);
}

// #region receive_some
// What fits into `buffer`; nothing if none is there yet. A short read took
// all there was, so the next try would be in vain: unless the peer has hung
// up, because then the end of the stream is still to be read, and no event
// will announce it.
inline std::optional<std::size_t> receive_some(const AsyncSocket& socket,
                                               std::span<char> buffer) {
    Watch& watch = socket.watch();
    auto count = try_read_from(socket, buffer);
    if (!count || (*count < buffer.size() && !watch.read_to_end())) {
        watch.not_ready(Direction::in);
    }
    return count;
}

// As much as the kernel takes of `bytes`: 0 if its buffer is full.
inline std::size_t send_some(const AsyncSocket& socket,
                             std::string_view bytes) {
    std::size_t count = try_write_to(socket, bytes).value_or(0);
    if (count < bytes.size()) socket.watch().not_ready(Direction::out);
    return count;
}
// #endregion receive_some

// A call costs more than what a few short lines add to it.
inline constexpr std::size_t kMostPieces = 128;

// The same for several pieces at once, kMostPieces of them; of a pipe, the
// first. sendmsg(2)
std::size_t send_some(const AsyncSocket& socket,
                      std::span<const std::string_view> pieces);

// #region sock_recv
class SockRecv : public IoAwaiter {
public:
    SockRecv(AsyncSocket& socket, std::span<char> buffer)
        : IoAwaiter(socket.watch(), Direction::in),
          socket_(socket),
          buffer_(buffer) {}

    bool attempt() override {
        if (!may_try()) return false;
        std::optional<std::size_t> count = receive_some(socket_, buffer_);
        count_ = count.value_or(0);
        return count.has_value();
    }
    std::size_t result() const { return count_; }
    const char* what() const override { return "recv"; }

private:
    AsyncSocket& socket_;
    std::span<char> buffer_;
    std::size_t count_ = 0;
};

// Some bytes into `buffer`, at least one; 0 at the end of the stream. recv(2)
inline SockRecv sock_recv(AsyncSocket& socket, std::span<char> buffer) {
    return SockRecv(socket, buffer);
}
// #endregion sock_recv

class SockSendAll : public IoAwaiter {
public:
    SockSendAll(AsyncSocket& socket, std::string_view bytes)
        : IoAwaiter(socket.watch(), Direction::out),
          socket_(socket),
          unsent_(bytes) {}

    bool attempt() override {
        while (!unsent_.empty()) {
            if (!may_try()) return false;
            unsent_.remove_prefix(send_some(socket_, unsent_));
        }
        return true;
    }
    void result() const {}
    const char* what() const override { return "send"; }

private:
    AsyncSocket& socket_;
    std::string_view unsent_;
};

// Until the kernel has taken all of `bytes`, which must stay. send(2)
inline SockSendAll sock_sendall(AsyncSocket& socket, std::string_view bytes) {
    return SockSendAll(socket, bytes);
}

class SockAccept : public IoAwaiter {
public:
    explicit SockAccept(AsyncSocket& listener)
        : IoAwaiter(listener.watch(), Direction::in), listener_(listener) {}

    bool attempt() override {
        if (!may_try()) return false;
        arrival_ = accept_client(listener_.socket());
        if (arrival_ || arrival_.exhausted) return true;
        watch().not_ready(Direction::in);
        return false;
    }
    Arrival result() { return std::move(arrival_); }
    const char* what() const override { return "accept"; }

private:
    AsyncSocket& listener_;
    Arrival arrival_;
};

// The next client, or `exhausted` if there is no descriptor left for it: then
// sleep a while before the next try. `listener` must be level-triggered.
// accept4(2)
inline SockAccept sock_accept(AsyncSocket& listener) {
    return SockAccept(listener);
}

class SockConnect : public IoAwaiter {
public:
    SockConnect(AsyncSocket& socket, const sockaddr* address, socklen_t size)
        : IoAwaiter(socket.watch(), Direction::out),
          socket_(socket),
          address_(address),
          size_(size) {}

    bool attempt() override;
    void result() const {}
    const char* what() const override { return "connect"; }

private:
    AsyncSocket& socket_;
    const sockaddr* address_;
    socklen_t size_;
    bool begun_ = false;
};

// Until the connection stands. connect(2), then SO_ERROR
inline SockConnect sock_connect(AsyncSocket& socket, const sockaddr* address,
                                socklen_t size) {
    return SockConnect(socket, address, size);
}

}  // namespace tincan
