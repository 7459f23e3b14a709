#include "tests/support/usage.hpp"

#include "01-blocking/socket.hpp"
#include "tests/support/proc.hpp"

#include <sys/resource.h>

#include <ctime>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace tincan::test {

namespace {

std::chrono::nanoseconds cpu_of(pid_t process) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 ||
        ::clock_gettime(clock, &time) != 0) {
        return {};
    }
    return std::chrono::seconds(time.tv_sec) +
           std::chrono::nanoseconds(time.tv_nsec);
}

void add_threads(pid_t process, Usage& usage) {
    for (int thread : numbers_in(proc(process) / "task")) {
        ++usage.threads;
        std::ifstream file(proc(process) / "task" / std::to_string(thread) /
                           "schedstat");
        long long ran = 0;
        long long waited = 0;
        file >> ran >> waited;
        usage.runnable += std::chrono::nanoseconds(ran + waited);
    }
}

// A line of /proc/PID/NAME that counts kilobytes, in bytes.
std::size_t memory(pid_t process, const char* name, std::string_view wanted) {
    std::ifstream file(proc(process) / name);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string what;
        std::size_t kilobytes = 0;
        fields >> what >> kilobytes;
        if (what == wanted) return kilobytes * 1024;
    }
    return 0;
}

}  // namespace

std::vector<pid_t> processes_of_group(pid_t group) {
    std::vector<pid_t> processes = numbers_in("/proc");
    std::erase_if(processes,
                  [&](pid_t pid) { return kinship_of(pid).group != group; });
    return processes;
}

Usage measure_group(pid_t group) {
    Usage usage;
    for (pid_t process : processes_of_group(group)) {
        ++usage.processes;
        usage.descriptors += numbers_in(proc(process) / "fd").size();
        usage.cpu += cpu_of(process);
        add_threads(process, usage);
    }
    return usage;
}

std::size_t anonymous_memory(pid_t group) {
    // RssAnon in status is cheaper, and on many kernels off by a page for each
    // of 32 or more that a core has counted and not told yet.
    std::size_t sum = 0;
    for (pid_t process : processes_of_group(group))
        sum += memory(process, "smaps_rollup", "Anonymous:");
    return sum;
}

MemoryWatch::MemoryWatch(pid_t group) {
    for (pid_t process : processes_of_group(group)) {
        std::ofstream(proc(process) / "clear_refs") << "5";  // resets VmHWM
        before_[process] = memory(process, "status", "VmHWM:");
    }
}

std::size_t MemoryWatch::growth() const {
    std::size_t growth = 0;
    for (const auto& [process, before] : before_) {
        std::size_t now = memory(process, "status", "VmHWM:");
        growth += std::max(now, before) - before;
    }
    return growth;
}

void limit_descriptors(pid_t group, int limit) {
    for (pid_t process : processes_of_group(group)) {
        rlimit now{};
        ::prlimit(process, RLIMIT_NOFILE, nullptr, &now);
        now.rlim_cur = std::min(static_cast<rlim_t>(limit), now.rlim_max);
        ::prlimit(process, RLIMIT_NOFILE, &now, nullptr);
    }
}

void allow_many_descriptors() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

std::size_t room_for_clients(std::size_t wanted) {
    allow_many_descriptors();
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    return std::min<std::size_t>(wanted, limit.rlim_cur - 100);
}

int highest_descriptor(pid_t group) {
    int highest = -1;
    for (pid_t process : processes_of_group(group)) {
        for (int fd : numbers_in(proc(process) / "fd")) {
            highest = std::max(highest, fd);
        }
    }
    return highest;
}

}  // namespace tincan::test
