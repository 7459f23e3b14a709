// What the recorder's test records: makes one of each kind of call, in a known
// order, then says that it listens, and waits to be ended.
#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace tincan;

namespace {

void talk(const Socket& here, const Socket& there) {
    std::array<char, 16> buffer{};
    send_all(there, "12345");
    receive(here, buffer);
    iovec part{buffer.data(), 3};
    check(::writev(there.fd(), &part, 1), "writev");
    check(::read(here.fd(), buffer.data(), buffer.size()), "read");
}

void watch(const Socket& listener, const Socket& here) {
    std::array<pollfd, 3> list = {
        {{listener.fd(), POLLIN, 0}, {-1, POLLIN, 0}, {here.fd(), POLLIN, 0}}};
    check(::poll(list.data(), list.size(), 1), "poll");
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(here.fd(), &readable);
    timeval wait{.tv_sec = 0, .tv_usec = 1000};
    check(::select(here.fd() + 1, &readable, nullptr, nullptr, &wait),
          "select");
    Socket epoll(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
    epoll_event event{};
    check(::epoll_ctl(epoll.fd(), EPOLL_CTL_ADD, here.fd(), &event),
          "epoll_ctl");
    check(::epoll_wait(epoll.fd(), &event, 1, 1), "epoll_wait");
}

void ask(const Socket& here) {
    set_nonblocking(here);
    std::array<char, 16> buffer{};
    for (int i = 0; i < 1000; ++i) {
        errno = 0;
        if (::recv(here.fd(), buffer.data(), buffer.size(), 0) != -1 ||
            errno != EAGAIN) {
            throw std::runtime_error("recv did not say EAGAIN");
        }
    }
}

void meet() {
    std::mutex mutex;
    std::condition_variable condition;
    bool here = false;
    std::unique_lock lock(mutex);
    std::thread other([&] {
        std::lock_guard guard(mutex);
        here = true;
        condition.notify_one();
    });
    condition.wait(lock, [&] { return here; });
    lock.unlock();
    other.join();
}

void fork_one() {
    pid_t child = check(::fork(), "fork");
    if (child == 0) {
        ::close(99);  // recorded as the child's
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments&) {
        Socket listener = listen_on({"127.0.0.1", "0"});
        std::string place = to_string(local_address(listener));
        Socket there =
            connect_to({"127.0.0.1", place.substr(place.rfind(':') + 1)});
        Arrival here = accept_client(listener);
        talk(here.socket, there);
        watch(listener, here.socket);
        ask(here.socket);
        meet();
        fork_one();
        print_line("listening on {}", place);
        ::pause();
    });
}
