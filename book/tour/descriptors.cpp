#include "book/tour/descriptors.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>

namespace tincan::tour {

namespace {

constexpr auto kEver = std::numeric_limits<std::int64_t>::min();
constexpr auto kForEver = std::numeric_limits<std::int64_t>::max();

}  // namespace

Descriptors::Descriptors(const Recording& recording) {
    std::map<std::uint16_t, std::string> people;
    for (const Observed& seen : recording.observed) {
        if (seen.act == Act::connect) people[seen.port] = seen.who;
    }

    std::vector<Record> calls = recording.calls;
    std::ranges::stable_sort(calls, {}, [](const Record& record) {
        return record.left ? record.left_at : kForEver;
    });
    std::set<int> listeners;
    for (const Record& record : calls) {
        if (record.call == Call::accept) {
            if (listeners.insert(record.fd).second) {
                owners_.push_back({record.fd, kListener, kEver, kForEver});
            }
            if (auto person = people.find(record.port);
                record.left && record.result >= 0 && person != people.end()) {
                owners_.push_back({static_cast<int>(record.result),
                                   person->second, record.left_at, kForEver});
            }
        } else if (record.call == Call::close) {
            for (Owner& owner : owners_) {
                if (owner.fd == record.fd && owner.to == kForEver) {
                    owner.to = record.left_at;
                }
            }
        }
        if (record.call == Call::close || record.call == Call::epoll_ctl) {
            changes_.push_back(record);
        }
    }
}

std::string Descriptors::who(int fd, std::int64_t when) const {
    for (const Owner& owner : owners_) {
        if (owner.fd == fd && owner.from <= when && when <= owner.to) {
            return owner.who;
        }
    }
    return "";
}

std::vector<int> Descriptors::epoll_set(const Record& wait) const {
    std::set<int> set;
    for (const Record& change : changes_) {
        if (change.left_at > wait.entered_at) break;
        if (change.call == Call::close) {
            set.erase(change.fd);
        } else if (change.fd == wait.fd && change.result == EPOLL_CTL_ADD) {
            set.insert(change.fds[0]);
        } else if (change.fd == wait.fd && change.result == EPOLL_CTL_DEL) {
            set.erase(change.fds[0]);
        }
    }
    return {set.begin(), set.end()};
}

std::vector<std::string> Descriptors::waited_for(const Record& record) const {
    std::vector<int> fds;
    if (record.call == Call::epoll_wait) {
        fds = epoll_set(record);
    } else if (record.fd_count > 0) {
        fds.assign(record.fds, record.fds + record.fd_count);
    } else if (record.fd != -1) {
        fds = {record.fd};
    }
    std::set<std::string> names;
    // An `ask` goes on for as long as its last descriptor is open.
    std::int64_t when =
        record.call == Call::ask ? record.left_at : record.entered_at;
    for (int fd : fds) {
        names.insert(who(fd, when));
    }
    names.erase("");
    std::vector<std::string> sorted(names.begin(), names.end());
    std::stable_partition(
        sorted.begin(), sorted.end(),
        [](const std::string& name) { return name == kListener; });
    return sorted;
}

}  // namespace tincan::tour
