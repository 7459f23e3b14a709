// Makes system calls fail that would have worked: LD_PRELOAD puts these
// functions in front of the C library's. They count the calls of the program,
// and harm those that the plan names. Calls that the C library makes by itself
// don't come by here.
#include "tests/faults/plan.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <mutex>

using namespace tincan::faults;

namespace {

// syscall(2) here and below: our own calls are not to come by here either.
Plan* attach() {
    const char* path = std::getenv(kPlanVariable);
    if (path == nullptr) return nullptr;
    int fd = ::open(path, O_RDWR | O_CLOEXEC);
    void* memory = ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) std::abort();
    ::syscall(SYS_close, fd);
    return static_cast<Plan*>(memory);
}

// Null in a program that was started without one.
Plan* plan() {
    static Plan* const attached = attach();
    return attached;
}

bool is_socket(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

bool is_nonblocking(int fd) {
    return (::syscall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) != 0;
}

// What was asked of epoll, by descriptor. Behind an EAGAIN or a short transfer
// that we made up, the kernel sees no change that it would report to somebody
// who waits for edges; to ask for the same again makes it report.
class Edges {
public:
    void remember(int epoll, int fd, const epoll_event& event) {
        auto index = static_cast<std::size_t>(fd);
        if (index >= watched_.size()) return;
        std::lock_guard lock(mutex_);
        watched_[index] = {epoll, event};
    }
    void report_again(int fd) {
        auto index = static_cast<std::size_t>(fd);
        if (index >= watched_.size()) return;
        std::lock_guard lock(mutex_);
        auto& [epoll, event] = watched_[index];
        if ((event.events & EPOLLET) == 0) return;
        ::syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_MOD, fd, &event);
    }

private:
    struct Watched {
        int epoll;
        epoll_event event;
    };
    std::mutex mutex_;
    std::array<Watched, 1024> watched_{};
};

Edges edges;

bool is_hit(std::size_t call, Among way, unsigned number) {
    const Fault& fault = plan()->fault;
    return fault.call == call && fault.phase == plan()->phase &&
           among(fault.error) == way && number >= fault.first &&
           number - fault.first < fault.times;
}

// Counts this call; true if it is one of those to harm.
bool count(std::size_t call, Among way) {
    bool hit = is_hit(call, way, ++plan()->made(plan()->phase, call, way));
    if (hit) ++plan()->fired;
    return hit;
}

// What waits before that waits for something else than clients.
std::atomic<bool> has_listened{false};

// One of the functions that we stand in for.
template <typename Function>
struct Original {
    std::size_t call;
    Function* real;

    Original(const char* name, Function&)
        : call(call_named(name)),
          real(reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name))) {}

    // The errno with which this call is to fail, or 0. EAGAIN also suits the
    // calls that have no descriptor to wait for: fork, pthread_create.
    int fault(int fd = -1) const {
        if (plan() == nullptr) return 0;
        bool hit = count(call, Among::all);
        if (fd == -1 || is_nonblocking(fd)) {
            hit |= count(call, Among::nonblocking);
        }
        if (!hit) return 0;
        if (plan()->fault.error == EAGAIN) edges.report_again(fd);
        return plan()->fault.error;
    }

    bool fails(int fd = -1) const {
        int error = fault(fd);
        if (error != 0) errno = error;
        return error != 0;
    }

    // The same for the calls in which a server waits for its clients.
    bool wait_fails(int fd = -1) const {
        if (plan() != nullptr && has_listened) {
            Phase expected = Phase::start_up;
            plan()->phase.compare_exchange_strong(expected, Phase::settling);
        }
        return fails(fd);
    }

    // `transfer` moves up to as many bytes as it is told.
    template <typename Transfer>
    ssize_t move(int fd, std::size_t size, Transfer transfer) const {
        if (plan() == nullptr || !is_socket(fd)) return transfer(size);
        if (fails(fd)) return -1;
        unsigned before = plan()->made(plan()->phase, call, Among::moving);
        bool to_be_short = size > 1 && is_hit(call, Among::moving, before + 1);
        ssize_t moved = transfer(to_be_short ? 1 : size);
        if (moved > 0 && size > 1) count(call, Among::moving);
        if (moved > 0 && to_be_short) edges.report_again(fd);
        return moved;
    }
};

}  // namespace

extern "C" {

// Waiting for clients.

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    static const Original original("accept4", ::accept4);
    if (original.wait_fails(fd)) return -1;
    return original.real(fd, address, size, flags);
}

int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
           timeval* timeout) {
    static const Original original("select", ::select);
    if (original.wait_fails()) return -1;
    return original.real(count, readable, writable, exceptional, timeout);
}

int poll(pollfd* list, nfds_t size, int timeout) {
    static const Original original("poll", ::poll);
    if (original.wait_fails()) return -1;
    return original.real(list, size, timeout);
}

int ppoll(pollfd* list, nfds_t size, const timespec* timeout,
          const sigset_t* signals) {
    static const Original original("ppoll", ::ppoll);
    if (original.wait_fails()) return -1;
    return original.real(list, size, timeout, signals);
}

int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
    static const Original original("epoll_wait", ::epoll_wait);
    if (original.wait_fails()) return -1;
    return original.real(epoll, events, most, timeout);
}

// Moving bytes.

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
    static const Original original("recv", ::recv);
    return original.move(fd, size, [&](std::size_t most) {
        return original.real(fd, buffer, most, flags);
    });
}

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
    static const Original original("send", ::send);
    return original.move(fd, size, [&](std::size_t most) {
        return original.real(fd, buffer, most, flags);
    });
}

// A short one moves a byte of its first piece.
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    static const Original original("sendmsg", ::sendmsg);
    std::size_t size = 0;
    for (std::size_t i = 0; i < message->msg_iovlen; ++i)
        size += message->msg_iov[i].iov_len;
    return original.move(fd, size, [&](std::size_t most) {
        if (most == size) return original.real(fd, message, flags);
        iovec piece{message->msg_iov[0].iov_base, most};
        msghdr part = *message;
        part.msg_iov = &piece;
        part.msg_iovlen = 1;
        return original.real(fd, &part, flags);
    });
}

ssize_t read(int fd, void* buffer, std::size_t size) {
    static const Original original("read", ::read);
    return original.move(fd, size, [&](std::size_t most) {
        return original.real(fd, buffer, most);
    });
}

ssize_t write(int fd, const void* buffer, std::size_t size) {
    static const Original original("write", ::write);
    return original.move(fd, size, [&](std::size_t most) {
        return original.real(fd, buffer, most);
    });
}

// Descriptors, and what is done to them.

int socket(int family, int type, int protocol) noexcept {
    static const Original original("socket", ::socket);
    return original.fails() ? -1 : original.real(family, type, protocol);
}

int setsockopt(int fd, int level, int name, const void* value,
               socklen_t size) noexcept {
    static const Original original("setsockopt", ::setsockopt);
    if (original.fails(fd)) return -1;
    return original.real(fd, level, name, value, size);
}

int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
    static const Original original("bind", ::bind);
    return original.fails(fd) ? -1 : original.real(fd, address, size);
}

int listen(int fd, int backlog) noexcept {
    static const Original original("listen", ::listen);
    if (original.fails(fd)) return -1;
    has_listened = true;
    return original.real(fd, backlog);
}

int connect(int fd, const sockaddr* address, socklen_t size) {
    static const Original original("connect", ::connect);
    return original.fails(fd) ? -1 : original.real(fd, address, size);
}

int getsockopt(int fd, int level, int name, void* value,
               socklen_t* size) noexcept {
    static const Original original("getsockopt", ::getsockopt);
    if (original.fails(fd)) return -1;
    return original.real(fd, level, name, value, size);
}

int getsockname(int fd, sockaddr* address, socklen_t* size) noexcept {
    static const Original original("getsockname", ::getsockname);
    return original.fails(fd) ? -1 : original.real(fd, address, size);
}

int fcntl(int fd, int command, ...) {
    static const Original original("fcntl", ::fcntl);
    std::va_list rest;
    va_start(rest, command);
    long argument = va_arg(rest, long);
    va_end(rest);
    return original.fails(fd) ? -1 : original.real(fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) noexcept {
    static const Original original("ioctl", ::ioctl);
    std::va_list rest;
    va_start(rest, request);
    void* argument = va_arg(rest, void*);
    va_end(rest);
    return original.fails(fd) ? -1 : original.real(fd, request, argument);
}

int shutdown(int fd, int how) noexcept {
    static const Original original("shutdown", ::shutdown);
    return original.fails(fd) ? -1 : original.real(fd, how);
}

// Whatever it returns, the descriptor is gone. close(2)
int close(int fd) {
    static const Original original("close", ::close);
    bool counts = is_socket(fd);
    int result = original.real(fd);
    return counts && original.fails() ? -1 : result;
}

int eventfd(unsigned value, int flags) noexcept {
    static const Original original("eventfd", ::eventfd);
    return original.fails() ? -1 : original.real(value, flags);
}

int epoll_create1(int flags) noexcept {
    static const Original original("epoll_create1", ::epoll_create1);
    return original.fails() ? -1 : original.real(flags);
}

// Only adding one needs memory and can fail.
int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    static const Original original("epoll_ctl", ::epoll_ctl);
    if (operation == EPOLL_CTL_ADD && original.fails()) return -1;
    if (operation != EPOLL_CTL_DEL) edges.remember(epoll, fd, *event);
    return original.real(epoll, operation, fd, event);
}

// Processes and threads.

pid_t fork() noexcept {
    static const Original original("fork", ::fork);
    return original.fails() ? -1 : original.real();
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                   void* (*function)(void*), void* argument) noexcept {
    static const Original original("pthread_create", ::pthread_create);
    int error = original.fault();
    if (error != 0) return error;
    return original.real(thread, attributes, function, argument);
}

// What recv, read and poll become where the compiler knows the buffer's size:
// with _FORTIFY_SOURCE, which Ubuntu's turns on.

ssize_t __recv_chk(int fd, void* buffer, std::size_t size, std::size_t,
                   int flags) {
    return ::recv(fd, buffer, size, flags);
}

ssize_t __read_chk(int fd, void* buffer, std::size_t size, std::size_t) {
    return ::read(fd, buffer, size);
}

int __poll_chk(pollfd* list, nfds_t size, int timeout, std::size_t) {
    return ::poll(list, size, timeout);
}

int __ppoll_chk(pollfd* list, nfds_t size, const timespec* timeout,
                const sigset_t* signals, std::size_t) {
    return ::ppoll(list, size, timeout, signals);
}

}  // extern "C"
