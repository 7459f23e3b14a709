#include "tests/support/proc.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tincan::test {

namespace fs = std::filesystem;

namespace {

// What stands behind the name, which may contain anything; nothing if it is
// gone. proc(5): "pid (name) state ppid pgrp ..."
std::istringstream stat_of(pid_t process) {
    std::ifstream file(proc(process) / "stat");
    std::string stat;
    std::getline(file, stat, '\0');
    std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return {};
    return std::istringstream(stat.substr(name_end + 1));
}

}  // namespace

fs::path proc(pid_t process) {
    return fs::path("/proc") / std::to_string(process);
}

std::vector<int> numbers_in(const fs::path& directory) {
    std::vector<int> numbers;
    std::error_code gone;
    fs::directory_iterator at(directory, gone);
    for (; !gone && at != fs::directory_iterator(); at.increment(gone)) {
        std::string name = at->path().filename();
        if (std::ranges::all_of(name,
                                [](char c) { return c >= '0' && c <= '9'; })) {
            numbers.push_back(std::stoi(name));
        }
    }
    return numbers;
}

Kinship kinship_of(pid_t process) {
    std::istringstream fields = stat_of(process);
    char state = '?';
    Kinship kinship;
    if (!(fields >> state >> kinship.parent >> kinship.group)) return {};
    return kinship;
}

char state_of(pid_t process) {
    char state = '?';
    stat_of(process) >> state;
    return state;
}

bool is_asleep(pid_t process) {
    return std::ranges::all_of(
        numbers_in(proc(process) / "task"),
        [](int thread) { return state_of(thread) == 'S'; });
}

bool has_environment(pid_t process, const std::string& entry) {
    std::ifstream file(proc(process) / "environ");
    for (std::string variable; std::getline(file, variable, '\0');) {
        if (variable == entry) return true;
    }
    return false;
}

}  // namespace tincan::test
