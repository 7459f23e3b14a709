// Reading /proc: every answer may be out of date, and what has gone is empty.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tincan::test {

// /proc/NUMBER
std::filesystem::path proc(pid_t process);

// The entries whose names are numbers: processes, threads, descriptors.
std::vector<int> numbers_in(const std::filesystem::path& directory);

struct Kinship {
    pid_t parent = -1;
    pid_t group = -1;
};

Kinship kinship_of(pid_t process);

// The letter that ps shows: S sleeps, R runs, T is stopped; ? is gone.
char state_of(pid_t process);

// True if all its threads sleep.
bool is_asleep(pid_t process);

// True if "NAME=value" is in the environment it was started with.
bool has_environment(pid_t process, const std::string& entry);

}  // namespace tincan::test
