// Who was behind a descriptor, and when: numbers are used again.
#pragma once

#include "book/tour/recording.hpp"

#include <string>
#include <vector>

namespace tincan::tour {

class Descriptors {
public:
    explicit Descriptors(const Recording& recording);

    // "Ann", "Bob", kListener, or "" for a descriptor of no interest.
    std::string who(int fd, std::int64_t when) const;

    // The same for all that a call waited for: its own descriptor, the set it
    // was given, or for epoll_wait the set that the kernel kept for it. In the
    // order of a story: the listener, then people by name.
    std::vector<std::string> waited_for(const Record& record) const;

private:
    struct Owner {
        int fd;
        std::string who;
        std::int64_t from;
        std::int64_t to;
    };

    std::vector<int> epoll_set(const Record& wait) const;

    std::vector<Owner> owners_;
    std::vector<Record> changes_;  // epoll_ctl and close, in order
};

}  // namespace tincan::tour
