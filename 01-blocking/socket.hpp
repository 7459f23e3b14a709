// A socket that closes itself, and the calls that move bytes through it.
//
// Every function here waits until it is done: that is what "blocking" means,
// and what this stage is about. Errors are thrown as std::system_error, named
// after the system call that failed.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace tincan {

// Passes on what a system call returned; throws errno if that was -1.
template <typename Result>
Result check(Result result, const char* call) {
    if (result == -1) {
        throw std::system_error(errno, std::generic_category(), call);
    }
    return result;
}

// #region socket
// Owns one descriptor: close(2) happens when the last owner goes.
class Socket {
public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Socket() {
        if (fd_ != -1) ::close(fd_);
    }

    int fd() const { return fd_; }
    explicit operator bool() const { return fd_ != -1; }

private:
    int fd_ = -1;
};
// #endregion socket

// #region receive
// Waits for bytes and puts what is there into `buffer`; returns how many. That
// may be less than the peer sent in one call, or more than one call of its:
// TCP keeps the bytes and their order, nothing else. 0 means that the peer has
// said all it will say. recv(2)
inline std::size_t receive(const Socket& socket, std::span<char> buffer) {
    ssize_t count;
    do {
        count = ::recv(socket.fd(), buffer.data(), buffer.size(), 0);
    } while (count == -1 && errno == EINTR);
    return static_cast<std::size_t>(check(count, "recv"));
}
// #endregion receive

// #region send_all
// Returns when the kernel has taken all the bytes, which may be long before
// the peer has them. One send(2) may take only some, hence the loop; without
// MSG_NOSIGNAL a peer that has gone would end the whole program.
inline void send_all(const Socket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count =
            ::send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR) continue;
        bytes.remove_prefix(static_cast<std::size_t>(check(count, "send")));
    }
}
// #endregion send_all

// Half-close: nothing more will be sent, but we still receive. shutdown(2)
inline void finish_sending(const Socket& socket) {
    check(::shutdown(socket.fd(), SHUT_WR), "shutdown");
}

}  // namespace tincan
