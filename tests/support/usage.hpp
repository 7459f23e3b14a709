// What the processes of a group use, as /proc tells it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <vector>

namespace tincan::test {

// A sanitizer's own memory can't be told from the server's. CMake defines
// TINCAN_SANITIZED only where it builds with one.
#ifdef TINCAN_SANITIZED
inline constexpr bool kMemoryIsJudged = false;
#else
inline constexpr bool kMemoryIsJudged = true;
#endif

struct Usage {
    std::size_t processes = 0;
    std::size_t threads = 0;
    std::size_t descriptors = 0;
    std::chrono::nanoseconds cpu{};  // ran
    // Ran, or could have run and waited for a core: on a busy machine this
    // still tells how many cores the group had work for.
    std::chrono::nanoseconds runnable{};
};

// All processes of the group now. One that ends meanwhile counts as nothing.
Usage measure_group(pid_t group);

// Bytes of memory that no file backs: heap, stacks, data that was written to.
// The kernel goes through all pages to say so.
std::size_t anonymous_memory(pid_t group);

std::vector<pid_t> processes_of_group(pid_t group);

// Watches how much memory the processes that a group has now ever have, from
// now on. Later ones are not counted: a process for each client is no growth.
class MemoryWatch {
public:
    explicit MemoryWatch(pid_t group);

    // Bytes by which their peaks are above what they had at the beginning.
    std::size_t growth() const;

private:
    std::map<pid_t, std::size_t> before_;
};

// Sets the soft limit of every process of the group: from now on no new
// descriptor can be `limit` or higher.
void limit_descriptors(pid_t group, int limit);

// As many descriptors as the system allows, for this process and for those it
// starts from now on.
void allow_many_descriptors();

// So many clients, or as many as fit beside what else this process has open.
std::size_t room_for_clients(std::size_t wanted);

// The highest descriptor that one of the group has open.
int highest_descriptor(pid_t group);

}  // namespace tincan::test
