// The Selector that stands for epoll(7): the list of descriptors is kept in
// the kernel, and only those that are ready come back.
#pragma once

#include "01-blocking/socket.hpp"
#include "04-poll/selector.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <vector>

namespace tincan {

class EpollSelector : public Selector {
public:
    EpollSelector()
        : epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

    std::string_view name() const override { return "epoll"; }
    bool can_trigger(Trigger) const override { return true; }

    // #region add
    void add(int fd, Events wanted, std::uint64_t key,
             Trigger trigger) override {
        std::uint32_t edge =
            trigger == Trigger::edge ? std::uint32_t{EPOLLET} : 0;
        control(EPOLL_CTL_ADD, fd, to_epoll(wanted) | edge, key);
        auto place = static_cast<std::size_t>(fd);
        if (place >= watched_.size()) watched_.resize(place + 1);
        watched_[place] = {key, edge};
    }

    void modify(int fd, Events wanted) override {
        const Watched& watched = watched_.at(static_cast<std::size_t>(fd));
        control(EPOLL_CTL_MOD, fd, to_epoll(wanted) | watched.edge,
                watched.key);
    }

    // Whoever is not watched is not there to be removed: no error.
    void remove(int fd) override {
        ::epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, fd, nullptr);
    }
    // #endregion add

    std::span<const Ready> select(Timeout timeout) override {
        int wait = -1;
        if (timeout) {
            auto ms = std::chrono::ceil<std::chrono::milliseconds>(*timeout);
            wait = static_cast<int>(std::min<std::int64_t>(
                ms.count(), std::numeric_limits<int>::max()));
        }
        int count = ::epoll_wait(epoll_.fd(), events_.data(),
                                 static_cast<int>(events_.size()), wait);
        if (count == -1 && errno == EINTR) return {};
        std::size_t ready =
            static_cast<std::size_t>(check(count, "epoll_wait"));
        for (std::size_t i = 0; i < ready; ++i) {
            ready_[i] = {events_[i].data.u64, from_epoll(events_[i].events)};
        }
        return std::span(ready_).first(ready);
    }

private:
    struct Watched {
        std::uint64_t key = 0;
        std::uint32_t edge = 0;  // EPOLLET, or 0
    };

    // #region control
    void control(int operation, int fd, std::uint32_t events,
                 std::uint64_t key) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = key;
        check(::epoll_ctl(epoll_.fd(), operation, fd, &event), "epoll_ctl");
    }
    // #endregion control

    static std::uint32_t to_epoll(Events wanted) {
        return (wanted & kReadable ? std::uint32_t{EPOLLIN} : 0) |
               (wanted & kWritable ? std::uint32_t{EPOLLOUT} : 0) |
               (wanted & kUrgent ? std::uint32_t{EPOLLPRI} : 0) |
               (wanted & kHangUp ? std::uint32_t{EPOLLRDHUP} : 0);
    }
    static Events from_epoll(std::uint32_t happened) {
        return (happened & EPOLLIN ? kReadable : 0) |
               (happened & EPOLLOUT ? kWritable : 0) |
               (happened & EPOLLPRI ? kUrgent : 0) |
               (happened & (EPOLLHUP | EPOLLRDHUP) ? kHangUp : 0) |
               (happened & EPOLLERR ? kError : 0);
    }

    Socket epoll_;
    // By descriptor, for modify: MOD sets all.
    std::vector<Watched> watched_;
    std::array<epoll_event, 256> events_{};
    std::array<Ready, 256> ready_{};
};

}  // namespace tincan
