// The Selector that stands for select(2).
#pragma once

#include "01-blocking/socket.hpp"
#include "04-poll/selector.hpp"

#include <sys/select.h>

#include <fmt/core.h>

#include <cerrno>
#include <map>
#include <vector>

namespace tincan {

class SelectSelector : public Selector {
public:
    std::string_view name() const override { return "select"; }
    bool can_trigger(Trigger trigger) const override {
        return trigger == Trigger::level;
    }

    void add(int fd, Events wanted, std::uint64_t key,
             Trigger trigger) override {
        if (trigger == Trigger::edge) {
            throw std::system_error(ENOTSUP, std::generic_category(),
                                    "select, edge-triggered");
        }
        if (fd >= FD_SETSIZE) {
            throw std::system_error(
                EMFILE, std::generic_category(),
                fmt::format("select: descriptor {} does not fit into a set "
                            "of {}",
                            fd, FD_SETSIZE));
        }
        if (!watched_.try_emplace(fd, Watched{wanted, key}).second) {
            throw std::system_error(EEXIST, std::generic_category(),
                                    "select: add");
        }
    }

    void modify(int fd, Events wanted) override {
        watched_.at(fd).wanted = wanted;
    }

    void remove(int fd) override { watched_.erase(fd); }

    std::span<const Ready> select(Timeout timeout) override {
        fd_set readable, writable, urgent;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_ZERO(&urgent);
        for (const auto& [fd, watched] : watched_) {
            if (watched.wanted & kReadable) FD_SET(fd, &readable);
            if (watched.wanted & kWritable) FD_SET(fd, &writable);
            if (watched.wanted & kUrgent) FD_SET(fd, &urgent);
        }
        int highest = watched_.empty() ? -1 : watched_.rbegin()->first;
        timeval wait{};
        if (timeout) {
            auto us = std::chrono::ceil<std::chrono::microseconds>(*timeout);
            wait.tv_sec = us.count() / 1'000'000;
            wait.tv_usec = us.count() % 1'000'000;
        }
        ready_.clear();
        int count = ::select(highest + 1, &readable, &writable, &urgent,
                             timeout ? &wait : nullptr);
        if (count == -1 && (errno == EINTR || errno == ENOMEM)) return {};
        check(count, "select");
        for (const auto& [fd, watched] : watched_) {
            Events events = (FD_ISSET(fd, &readable) ? kReadable : 0) |
                            (FD_ISSET(fd, &writable) ? kWritable : 0) |
                            (FD_ISSET(fd, &urgent) ? kUrgent : 0);
            if (events != 0) ready_.push_back({watched.key, events});
        }
        return ready_;
    }

private:
    struct Watched {
        Events wanted;
        std::uint64_t key;
    };

    std::map<int, Watched> watched_;  // in order: select wants the highest
    std::vector<Ready> ready_;
};

}  // namespace tincan
