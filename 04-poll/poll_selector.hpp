// The Selector that stands for poll(2).
#pragma once

#include "01-blocking/socket.hpp"
#include "04-poll/selector.hpp"

#include <poll.h>

#include <cerrno>
#include <unordered_map>
#include <vector>

namespace tincan {

class PollSelector : public Selector {
public:
    std::string_view name() const override { return "poll"; }
    bool can_trigger(Trigger trigger) const override {
        return trigger == Trigger::level;
    }

    void add(int fd, Events wanted, std::uint64_t key,
             Trigger trigger) override {
        if (trigger == Trigger::edge) {
            throw std::system_error(ENOTSUP, std::generic_category(),
                                    "poll, edge-triggered");
        }
        if (!index_.try_emplace(fd, list_.size()).second) {
            throw std::system_error(EEXIST, std::generic_category(),
                                    "poll: add");
        }
        list_.push_back({fd, to_poll(wanted), 0});
        keys_.push_back(key);
    }

    void modify(int fd, Events wanted) override {
        list_[index_.at(fd)].events = to_poll(wanted);
    }

    // The last entry takes the place of the one that goes.
    void remove(int fd) override {
        auto found = index_.find(fd);
        if (found == index_.end()) return;
        std::size_t hole = found->second;
        index_[list_.back().fd] = hole;
        list_[hole] = list_.back();
        keys_[hole] = keys_.back();
        list_.pop_back();
        keys_.pop_back();
        index_.erase(fd);
    }

    // #region select
    std::span<const Ready> select(Timeout timeout) override {
        timespec wait{};
        if (timeout) {
            wait.tv_sec = timeout->count() / 1'000'000'000;
            wait.tv_nsec = timeout->count() % 1'000'000'000;
        }
        ready_.clear();
        int count = ::ppoll(list_.data(), list_.size(),
                            timeout ? &wait : nullptr, nullptr);
        if (count == -1 && (errno == EINTR || errno == ENOMEM)) return {};
        check(count, "poll");
        for (std::size_t i = 0; i < list_.size() && count > 0; ++i) {
            if (list_[i].revents == 0) continue;
            ready_.push_back({keys_[i], from_poll(list_[i].revents)});
            --count;
        }
        return ready_;
    }
    // #endregion select

private:
    static short to_poll(Events wanted) {
        return static_cast<short>((wanted & kReadable ? POLLIN : 0) |
                                  (wanted & kWritable ? POLLOUT : 0) |
                                  (wanted & kUrgent ? POLLPRI : 0) |
                                  (wanted & kHangUp ? POLLRDHUP : 0));
    }
    static Events from_poll(short happened) {
        return (happened & POLLIN ? kReadable : 0) |
               (happened & POLLOUT ? kWritable : 0) |
               (happened & POLLPRI ? kUrgent : 0) |
               (happened & (POLLHUP | POLLRDHUP) ? kHangUp : 0) |
               (happened & (POLLERR | POLLNVAL) ? kError : 0);
    }

    std::vector<pollfd> list_;
    std::vector<std::uint64_t> keys_;             // of list_, entry by entry
    std::unordered_map<int, std::size_t> index_;  // descriptor to its entry
    std::vector<Ready> ready_;
};

}  // namespace tincan
