// Is the fault matrix complete? What a server could call and the library does
// not stand in for would be a hole in it.
#include "tests/faults/servers.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <sstream>

using namespace tincan::faults;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

// Whatever of these a server calls, the library must know, or there is a hole
// in the matrix. Functions of the C library that stand for system calls on
// descriptors, processes and threads, and what _FORTIFY_SOURCE calls them.
const std::set<std::string> kToBeKnown{
    "accept",     "accept4",       "bind",          "clone",
    "close",      "close_range",   "connect",       "dup",
    "dup2",       "dup3",          "epoll_create",  "epoll_create1",
    "epoll_ctl",  "epoll_pwait",   "epoll_pwait2",  "epoll_wait",
    "eventfd",    "eventfd_read",  "eventfd_write", "fcntl",
    "fcntl64",    "fork",          "getpeername",   "getsockname",
    "getsockopt", "ioctl",         "listen",        "pipe",
    "pipe2",      "poll",          "posix_spawn",   "posix_spawnp",
    "ppoll",      "preadv",        "pselect",       "pthread_create",
    "pwritev",    "read",          "readv",         "recv",
    "recvfrom",   "recvmmsg",      "recvmsg",       "select",
    "send",       "sendfile",      "sendmmsg",      "sendmsg",
    "sendto",     "setsockopt",    "shutdown",      "signalfd",
    "socket",     "socketpair",    "splice",        "timerfd_create",
    "vfork",      "waitpid",       "write",         "writev",
    "__poll_chk", "__ppoll_chk",   "__pread_chk",   "__read_chk",
    "__recv_chk", "__recvfrom_chk"};

// The names that nm tells of: `which` is "--undefined-only", what a program
// takes from libraries, or "--defined-only", what a library has.
std::set<std::string> symbols_of(const std::string& file, const char* which) {
    Process nm({TINCAN_NM, "-D", which, file});
    nm.wait_exit(Deadline(10s));
    nm.end();
    std::set<std::string> names;
    std::istringstream words(nm.out());
    for (std::string word; words >> word;)
        names.insert(word.substr(0, word.find('@')));
    return names;
}

class KnownCalls : public testing::TestWithParam<Subject> {};

TEST_P(KnownCalls, AreAllThatTheServerCanMake) {
    std::set<std::string> known =
        symbols_of(TINCAN_FAULTS_LIBRARY, "--defined-only");
    std::set<std::string> made =
        symbols_of(GetParam().command.front(), "--undefined-only");
    EXPECT_TRUE(known.contains("socket") && made.contains("socket"));
    for (const std::string& call : made) {
        EXPECT_TRUE(known.contains(call) || !kToBeKnown.contains(call))
            << "inject.cpp can't make " << call << " fail";
    }
}

// Programs that listen and yet are no servers: three end by themselves,
// many_clients stands still on purpose, mini_loop is an idea in a hundred
// lines, which gives up when the kernel can't watch one more socket, and
// first_chat_server has the flaws that chapter 7.1 tells of.
const std::set<std::string> kNoServers{"accept_one",  "read_line",
                                       "would_block", "many_clients",
                                       "mini_loop",   "first_chat_server"};

// The programs of all stages, as far as they are built.
std::set<std::string> programs() {
    std::set<std::string> found;
    for (const auto& stage :
         std::filesystem::directory_iterator(TINCAN_BUILD_DIR)) {
        if (!stage.path().filename().string().starts_with('0')) continue;
        for (const auto& file : std::filesystem::directory_iterator(stage)) {
            bool program = file.is_regular_file() &&
                           ::access(file.path().c_str(), X_OK) == 0;
            if (program) found.insert(file.path());
        }
    }
    return found;
}

TEST(Matrix, HasEveryProgramThatListens) {
    std::set<std::string> tried;
    for (const Subject& server : kServers)
        tried.insert(server.command.front());
    std::set<std::string> found = programs();
    EXPECT_GE(found.size(), tried.size() / 2);
    for (const std::string& program : found) {
        std::string name = std::filesystem::path(program).filename();
        if (!symbols_of(program, "--undefined-only").contains("listen")) {
            continue;
        }
        EXPECT_TRUE(tried.contains(program) || kNoServers.contains(name))
            << program << " is in no cell of the fault matrix";
    }
}

INSTANTIATE_TEST_SUITE_P(Servers, KnownCalls, testing::ValuesIn(kServers),
                         test_name);

}  // namespace
