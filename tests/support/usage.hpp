// What the processes of a group use, as /proc tells it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace tincan::test {

struct Usage {
    std::size_t processes = 0;
    std::size_t threads = 0;
    std::size_t descriptors = 0;
    std::chrono::nanoseconds cpu{};  // ran
    // Ran, or could have run and waited for a core: on a busy machine this
    // still tells how many cores the group had work for.
    std::chrono::nanoseconds runnable{};
    std::size_t anonymous = 0;  // bytes of memory that no file backs: heap,
                                // stacks, data that was written to
    std::size_t peak = 0;       // most bytes ever resident (VmHWM)
};

// All processes of the group now. One that ends meanwhile counts as nothing.
Usage measure_group(pid_t group);

std::vector<pid_t> processes_of_group(pid_t group);

// From now on `peak` counts anew from what is resident now.
void reset_peak(pid_t group);

// The highest descriptor that one of the group has open.
int highest_descriptor(pid_t group);

}  // namespace tincan::test
