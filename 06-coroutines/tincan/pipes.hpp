// read(2) and write(2), which do for pipes and terminals what recv and send do
// for sockets.
#pragma once

#include "01-blocking/socket.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace tincan {

// Both ends of a pipe: first the one to read from. pipe2(2)
inline std::pair<Socket, Socket> make_pipe() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "pipe2");
    return {Socket(ends[0]), Socket(ends[1])};
}

// What is there; 0 at the end, nothing if none is there yet. read(2)
inline std::optional<std::size_t> try_read(const Socket& pipe,
                                           std::span<char> buffer) {
    return detail::done_or_not_yet(
        [&] { return ::read(pipe.fd(), buffer.data(), buffer.size()); },
        "read");
}

// #region try_read_shared
// The same for a descriptor that can't be made non-blocking because others use
// it too. One of them may take what poll has seen before we do: then we wait
// with all that we have, but nothing gets lost. A terminal that has gone (EIO)
// is at its end. poll(2), read(2)
inline std::optional<std::size_t> try_read_shared(const Socket& file,
                                                  std::span<char> buffer) {
    pollfd asked{file.fd(), POLLIN, 0};
    if (::poll(&asked, 1, 0) != 1) return std::nullopt;
    return detail::done_or_not_yet(
        [&] {
            ssize_t count = ::read(file.fd(), buffer.data(), buffer.size());
            return count == -1 && errno == EIO ? 0 : count;
        },
        "read");
}
// #endregion try_read_shared

namespace detail {

// #region sigpipe
// write(2) to a pipe that nobody reads any more fails with EPIPE, after the
// signal SIGPIPE has ended the whole program. send has MSG_NOSIGNAL against
// that; here the signal, which is for this thread alone, is held back, taken
// out and forgotten. A library must not ignore it for the whole process: every
// program that is started would inherit that.
inline ssize_t write_without_signal(int fd, std::string_view bytes) {
    sigset_t sigpipe;
    sigset_t before;
    sigset_t pending;
    ::sigemptyset(&sigpipe);
    ::sigaddset(&sigpipe, SIGPIPE);
    ::sigpending(&pending);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    ssize_t count = ::write(fd, bytes.data(), bytes.size());
    int error = errno;
    if (count == -1 && error == EPIPE && !::sigismember(&pending, SIGPIPE)) {
        timespec at_once{};
        ::sigtimedwait(&sigpipe, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return count;
}
// #endregion sigpipe

}  // namespace detail

// As much as the pipe takes; nothing if it is full. write(2)
inline std::optional<std::size_t> try_write(const Socket& pipe,
                                            std::string_view bytes) {
    return detail::done_or_not_yet(
        [&] { return detail::write_without_signal(pipe.fd(), bytes); },
        "write");
}

}  // namespace tincan
