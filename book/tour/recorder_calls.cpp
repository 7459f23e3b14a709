// The calls the recorder stands in for. Loaded with LD_PRELOAD, these come
// before the C library's; each does what the C library does, with its results
// and its errno, and keeps a record.
//
// Calls that the C library makes of its own pass by unseen (printf writes
// without us), and that is wanted.
#include "book/tour/recorder.hpp"

#include <dlfcn.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace tincan::tour;

namespace {

template <typename Function>
void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// The C library's own functions.
struct Libc {
    decltype(::accept)* accept;
    decltype(::accept4)* accept4;
    decltype(::recv)* recv;
    decltype(::recvmsg)* recvmsg;
    decltype(::read)* read;
    decltype(::readv)* readv;
    decltype(::send)* send;
    decltype(::sendmsg)* sendmsg;
    decltype(::write)* write;
    decltype(::writev)* writev;
    decltype(::poll)* poll;
    decltype(::ppoll)* ppoll;
    decltype(::select)* select;
    decltype(::pselect)* pselect;
    decltype(::epoll_wait)* epoll_wait;
    decltype(::epoll_pwait)* epoll_pwait;
    decltype(::epoll_ctl)* epoll_ctl;
    decltype(::close)* close;
    decltype(::shutdown)* shutdown;
    decltype(::nanosleep)* nanosleep;
    decltype(::getc)* getc;
    decltype(::pthread_create)* pthread_create;
    decltype(::pthread_cond_wait)* pthread_cond_wait;
    decltype(::pthread_cond_timedwait)* pthread_cond_timedwait;
    decltype(::pthread_cond_clockwait)* pthread_cond_clockwait;

    Libc() {
        find(accept, "accept");
        find(accept4, "accept4");
        find(recv, "recv");
        find(recvmsg, "recvmsg");
        find(read, "read");
        find(readv, "readv");
        find(send, "send");
        find(sendmsg, "sendmsg");
        find(write, "write");
        find(writev, "writev");
        find(poll, "poll");
        find(ppoll, "ppoll");
        find(select, "select");
        find(pselect, "pselect");
        find(epoll_wait, "epoll_wait");
        find(epoll_pwait, "epoll_pwait");
        find(epoll_ctl, "epoll_ctl");
        find(close, "close");
        find(shutdown, "shutdown");
        find(nanosleep, "nanosleep");
        find(getc, "getc");
        find(pthread_create, "pthread_create");
        find(pthread_cond_wait, "pthread_cond_wait");
        find(pthread_cond_timedwait, "pthread_cond_timedwait");
        find(pthread_cond_clockwait, "pthread_cond_clockwait");
    }
};

const Libc& libc() {
    static const Libc functions;
    return functions;
}

// Looked up before main: dlsym takes locks that a child of fork might find
// locked for ever.
__attribute__((constructor)) void look_up() {
    libc();
}

// A call on one descriptor that may wait, unless the descriptor (or the call:
// `instantly`) is non-blocking. Returns what it returned.
template <typename Real>
auto recorded(Call call, int fd, bool instantly, Real real) {
    instantly = instantly || never_waits(fd);
    Record* record = instantly ? nullptr : enter(call, fd);
    auto result = real();
    int error = errno;
    if (!instantly) {
        leave(record, result);
    } else if (result == -1 && (error == EAGAIN || error == EWOULDBLOCK)) {
        note_asked(fd);
    } else {
        record = note(call, fd, result);
    }
    if (call == Call::accept && record != nullptr && result != -1) {
        sockaddr_in6 peer{};  // IPv4 keeps its port in the same place
        socklen_t size = sizeof peer;
        ::getpeername(static_cast<int>(result),
                      reinterpret_cast<sockaddr*>(&peer), &size);
        record->port = ntohs(peer.sin6_port);
    }
    errno = error;
    return result;
}

// The terminal, or what stands for it, is nobody's conversation.
bool is_standard(int fd) {
    return fd <= STDERR_FILENO;
}

template <typename Real>
auto recorded_wait(Record* record, Real real) {
    auto result = real();
    int error = errno;
    leave(record, result);
    errno = error;
    return result;
}

Record* enter_poll(const pollfd* fds, nfds_t count) {
    Record* record = enter(Call::poll, -1);
    for (nfds_t i = 0; i < count; ++i) {
        if (fds[i].fd >= 0) add_fd(record, fds[i].fd);
    }
    return record;
}

Record* enter_select(int count, const fd_set* readable, const fd_set* writable,
                     const fd_set* urgent) {
    Record* record = enter(Call::select, -1);
    for (int fd = 0; fd < std::min(count, FD_SETSIZE); ++fd) {
        if ((readable != nullptr && FD_ISSET(fd, readable)) ||
            (writable != nullptr && FD_ISSET(fd, writable)) ||
            (urgent != nullptr && FD_ISSET(fd, urgent))) {
            add_fd(record, fd);
        }
    }
    return record;
}

struct Start {
    void* (*run)(void*);
    void* argument;
    std::uint32_t cause;
};

// Its destructor runs however the thread ends, pthread_exit included.
class ThreadLife {
public:
    explicit ThreadLife(std::uint32_t cause)
        : record_(enter(Call::thread, -1)) {
        if (record_ != nullptr) record_->cause = cause;
    }
    ThreadLife(const ThreadLife&) = delete;
    ThreadLife& operator=(const ThreadLife&) = delete;
    ~ThreadLife() { leave(record_, 0); }

private:
    Record* record_;
};

void* run_thread(void* raw) {
    Start start = *static_cast<Start*>(raw);
    std::free(raw);
    ThreadLife life(start.cause);
    return start.run(start.argument);
}

}  // namespace

extern "C" {

int accept(int fd, sockaddr* address, socklen_t* size) {
    return recorded(Call::accept, fd, false,
                    [&] { return libc().accept(fd, address, size); });
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    return recorded(Call::accept, fd, false,
                    [&] { return libc().accept4(fd, address, size, flags); });
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
    return recorded(Call::receive, fd, (flags & MSG_DONTWAIT) != 0,
                    [&] { return libc().recv(fd, buffer, size, flags); });
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    return recorded(Call::receive, fd, (flags & MSG_DONTWAIT) != 0,
                    [&] { return libc().recvmsg(fd, message, flags); });
}

ssize_t read(int fd, void* buffer, size_t size) {
    if (is_standard(fd)) return libc().read(fd, buffer, size);
    return recorded(Call::receive, fd, false,
                    [&] { return libc().read(fd, buffer, size); });
}

ssize_t readv(int fd, const iovec* parts, int count) {
    if (is_standard(fd)) return libc().readv(fd, parts, count);
    return recorded(Call::receive, fd, false,
                    [&] { return libc().readv(fd, parts, count); });
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    return recorded(Call::send, fd, (flags & MSG_DONTWAIT) != 0,
                    [&] { return libc().send(fd, bytes, size, flags); });
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    return recorded(Call::send, fd, (flags & MSG_DONTWAIT) != 0,
                    [&] { return libc().sendmsg(fd, message, flags); });
}

ssize_t write(int fd, const void* bytes, size_t size) {
    if (is_standard(fd)) return libc().write(fd, bytes, size);
    return recorded(Call::send, fd, false,
                    [&] { return libc().write(fd, bytes, size); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
    if (is_standard(fd)) return libc().writev(fd, parts, count);
    return recorded(Call::send, fd, false,
                    [&] { return libc().writev(fd, parts, count); });
}

int poll(pollfd* fds, nfds_t count, int timeout) {
    return recorded_wait(enter_poll(fds, count),
                         [&] { return libc().poll(fds, count, timeout); });
}

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout,
          const sigset_t* mask) {
    return recorded_wait(enter_poll(fds, count), [&] {
        return libc().ppoll(fds, count, timeout, mask);
    });
}

int select(int count, fd_set* readable, fd_set* writable, fd_set* urgent,
           timeval* timeout) {
    return recorded_wait(enter_select(count, readable, writable, urgent), [&] {
        return libc().select(count, readable, writable, urgent, timeout);
    });
}

int pselect(int count, fd_set* readable, fd_set* writable, fd_set* urgent,
            const timespec* timeout, const sigset_t* mask) {
    return recorded_wait(enter_select(count, readable, writable, urgent), [&] {
        return libc().pselect(count, readable, writable, urgent, timeout, mask);
    });
}

int epoll_wait(int fd, epoll_event* events, int count, int timeout) {
    return recorded_wait(enter(Call::epoll_wait, fd), [&] {
        return libc().epoll_wait(fd, events, count, timeout);
    });
}

int epoll_pwait(int fd, epoll_event* events, int count, int timeout,
                const sigset_t* mask) {
    return recorded_wait(enter(Call::epoll_wait, fd), [&] {
        return libc().epoll_pwait(fd, events, count, timeout, mask);
    });
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    int result = libc().epoll_ctl(epoll, operation, fd, event);
    int error = errno;
    if (result == 0) add_fd(note(Call::epoll_ctl, epoll, operation), fd);
    errno = error;
    return result;
}

int close(int fd) {
    note(Call::close, fd, 0);  // before: another thread may get this number
    return libc().close(fd);
}

int shutdown(int fd, int how) noexcept {
    if (how != SHUT_RD) note(Call::shutdown, fd, 0);
    return libc().shutdown(fd, how);
}

int nanosleep(const timespec* time, timespec* left) {
    return recorded_wait(enter(Call::sleep, -1),
                         [&] { return libc().nanosleep(time, left); });
}

// What std::getline(std::cin) comes down to, byte by byte; mostly there is one.
int getc(FILE* file) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    bool may_wait = file == stdin && libc().poll(&input, 1, 0) == 0;
    if (!may_wait) return libc().getc(file);
    return recorded_wait(enter(Call::getline, STDIN_FILENO),
                         [&] { return libc().getc(file); });
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                   void* (*run)(void*), void* argument) noexcept {
    auto* start = static_cast<Start*>(std::malloc(sizeof(Start)));
    if (start == nullptr) return EAGAIN;
    *start = {run, argument, place_of(note(Call::start_thread, -1, 0))};
    int error = libc().pthread_create(thread, attributes, run_thread, start);
    if (error != 0) std::free(start);
    return error;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    return recorded_wait(enter(Call::condition, -1), [&] {
        return libc().pthread_cond_wait(condition, mutex);
    });
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
    return recorded_wait(enter(Call::condition, -1), [&] {
        return libc().pthread_cond_timedwait(condition, mutex, until);
    });
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           clockid_t clock, const timespec* until) {
    return recorded_wait(enter(Call::condition, -1), [&] {
        return libc().pthread_cond_clockwait(condition, mutex, clock, until);
    });
}

// Ubuntu's compilers call these for calls whose buffer's size they know
// (_FORTIFY_SOURCE).
ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags) {
    if (size > room) std::abort();
    return recv(fd, buffer, size, flags);
}

ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
    if (size > room) std::abort();
    return read(fd, buffer, size);
}

int __poll_chk(pollfd* fds, nfds_t count, int timeout, size_t room) {
    if (count > room / sizeof(pollfd)) std::abort();
    return poll(fds, count, timeout);
}

int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout,
                const sigset_t* mask, size_t room) {
    if (count > room / sizeof(pollfd)) std::abort();
    return ppoll(fds, count, timeout, mask);
}

}  // extern "C"
