// The limit: an echo server that makes the system calls epoll(7) asks for, and
// does nothing else. Level-triggered, no library, no object per connection.
//
// A server for measurements only: it takes what comes on 127.0.0.1, and gives
// up when it runs out of descriptors.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

// What the kernel would not take yet, by descriptor.
struct unsent {
    char* bytes;
    size_t size;
};

static int epoll;
static struct unsent* unsent;

static int check(int result, const char* call) {
    if (result == -1) {
        perror(call);
        exit(1);
    }
    return result;
}

static void* checked(void* memory) {
    if (!memory) {
        perror("malloc");
        exit(1);
    }
    return memory;
}

static void watch(int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    check(epoll_ctl(epoll, operation, fd, &event), "epoll_ctl");
}

static void drop(int fd) {
    free(unsent[fd].bytes);
    unsent[fd] = (struct unsent){NULL, 0};
    close(fd);
}

// Sends what it can of `bytes`; returns how much, -1 if the peer has gone.
static ssize_t send_some(int fd, const char* bytes, size_t size) {
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    return sent == -1 && errno == EAGAIN ? 0 : sent;
}

static void send_unsent(int fd) {
    struct unsent* rest = &unsent[fd];
    ssize_t sent = send_some(fd, rest->bytes, rest->size);
    if (sent == -1) {
        drop(fd);
        return;
    }
    rest->size -= (size_t)sent;
    memmove(rest->bytes, rest->bytes + sent, rest->size);
    if (rest->size == 0) {
        free(rest->bytes);
        rest->bytes = NULL;
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

static void echo(int fd) {
    char buffer[16384];
    ssize_t size = recv(fd, buffer, sizeof buffer, 0);
    if (size == -1 && errno == EAGAIN) return;
    ssize_t sent = size > 0 ? send_some(fd, buffer, (size_t)size) : -1;
    if (sent == -1) {
        drop(fd);
    } else if (sent < size) {
        size_t left = (size_t)(size - sent);
        unsent[fd] = (struct unsent){checked(malloc(left)), left};
        memcpy(unsent[fd].bytes, buffer + sent, left);
        watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
    }
}

static void accept_client(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd == -1 && (errno == EAGAIN || errno == ECONNABORTED)) return;
    check(fd, "accept4");
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static int listen_on(in_port_t port) {
    int fd =
        check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
              "socket");
    int on = 1;
    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
          "setsockopt");
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    check(bind(fd, (struct sockaddr*)&address, size), "bind");
    check(listen(fd, SOMAXCONN), "listen");
    check(getsockname(fd, (struct sockaddr*)&address, &size), "getsockname");
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char** argv) {
    struct rlimit limit;
    check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    unsent = checked(calloc(limit.rlim_cur, sizeof *unsent));
    epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    int listener = listen_on(argc > 1 ? (in_port_t)atoi(argv[1]) : 8000);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, -1);
        if (ready == -1 && errno == EINTR) continue;
        check(ready, "epoll_wait");
        for (int i = 0; i < ready; ++i) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_client(listener);
            } else if (unsent[fd].bytes) {
                send_unsent(fd);
            } else {
                echo(fd);
            }
        }
    }
}
