// Every server of the project in the fault matrix, and the matrix on servers
// that can't stand it.
#include "tests/faults/matrix.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <set>
#include <sstream>
#include <string>

namespace tincan::faults {

// For GoogleTest's messages.
void PrintTo(const Subject& server, std::ostream* out) {
    *out << test::to_string(server.command);
}

}  // namespace tincan::faults

using namespace tincan::faults;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

Command built(const std::string& program, const Command& options = {}) {
    Command command{std::string(TINCAN_BUILD_DIR) + "/" + program};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back("{port}");
    return command;
}

const std::vector<Subject> kServers{
    {.name = "01_echo_server",
     .command = built("01-blocking/echo_server"),
     .conversation = &kEcho,
     .one_at_a_time = true},
    {.name = "01_message_echo_server",
     .command = built("01-blocking/message_echo_server"),
     .conversation = &kMessageEcho,
     .one_at_a_time = true},
    {.name = "02_echo_server",
     .command = built("02-nonblocking-busy/echo_server"),
     .conversation = &kEcho,
     .busy = true},
    {.name = "03_echo_server",
     .command = built("03-select/echo_server"),
     .conversation = &kEcho},
    {.name = "04_echo_server",
     .command = built("04-poll/echo_server"),
     .conversation = &kEcho},
    {.name = "04_epoll_echo_server",
     .command = built("04-poll/epoll_echo_server"),
     .conversation = &kEcho},
    {.name = "04_epoll_echo_server_edge",
     .command = built("04-poll/epoll_echo_server", {"--edge"}),
     .conversation = &kEcho},
    {.name = "04_chat_server",
     .command = built("04-poll/chat_server"),
     .conversation = &kNulChat},
    {.name = "05_echo_server",
     .command = built("05-threads/echo_server"),
     .conversation = &kEcho},
    {.name = "05_pool_echo_server",
     .command = built("05-threads/pool_echo_server"),
     .conversation = &kEcho},
    {.name = "05_fork_echo_server",
     .command = built("05-threads/fork_echo_server"),
     .conversation = &kEcho},
    {.name = "05_message_echo_server",
     .command = built("05-threads/message_echo_server"),
     .conversation = &kNamedMessageEcho},
    {.name = "05_chat_server",
     .command = built("05-threads/chat_server"),
     .conversation = &kNulChat},
    {.name = "06_echo_server_select",
     .command = built("06-coroutines/echo_server", {"--selector=select"}),
     .conversation = &kEcho},
    {.name = "06_echo_server_poll",
     .command = built("06-coroutines/echo_server", {"--selector=poll"}),
     .conversation = &kEcho},
    {.name = "06_echo_server_epoll",
     .command = built("06-coroutines/echo_server", {"--selector=epoll"}),
     .conversation = &kEcho},
};

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

// How much was tried, over all servers.
struct Tally {
    std::size_t servers = 0;
    std::set<std::size_t> calls;
    std::set<int> faults;
    std::size_t cells = 0;
    std::size_t lost = 0;

    void add(const std::vector<Cell>& tried, std::size_t failed) {
        ++servers;
        cells += tried.size();
        lost += failed;
        for (const Cell& cell : tried) {
            calls.insert(cell.fault.call);
            faults.insert(cell.fault.error);
        }
    }
    void print(const std::string& whose) const {
        fmt::print("{}: {} calls × {} faults: {} cells tried, {} lost\n", whose,
                   calls.size(), faults.size(), cells, lost);
    }
};

class FaultMatrix : public testing::TestWithParam<Subject> {
protected:
    static void TearDownTestSuite() {
        if (total.servers > 1) {
            total.print(fmt::format("{} servers", total.servers));
        }
    }
    static inline Tally total;
};

TEST_P(FaultMatrix, IsSurvived) {
    const Subject& server = GetParam();
    std::vector<Cell> cells = cells_of(server);
    EXPECT_FALSE(cells.empty()) << "the library has seen no call";
    std::vector<Lost> lost = try_all(server, cells);
    for (const auto& [cell, why] : lost) {
        ADD_FAILURE() << server.name << ", " << to_string(cell) << ": " << why;
    }
    Tally tally;
    tally.add(cells, lost.size());
    tally.print(server.name);
    total.add(cells, lost.size());
}

TEST_P(FaultMatrix, KnowsEveryCallOfTheServer) {
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

std::string test_name(const testing::TestParamInfo<Subject>& server) {
    return server.param.name;
}

INSTANTIATE_TEST_SUITE_P(Servers, FaultMatrix, testing::ValuesIn(kServers),
                         test_name);

// A server with one flaw loses the cells of this flaw, and no other one.
struct Flaw {
    const char* call;
    int error;
    std::set<std::string> lost;
};

void PrintTo(const Flaw& flaw, std::ostream* out) {
    *out << flaw.call << " " << flaw.error;
}

class FragileServer : public testing::TestWithParam<Flaw> {};

TEST_P(FragileServer, LosesTheCellsOfItsFlaw) {
    const auto& [call, error, expected] = GetParam();
    Subject fragile{.name = "fragile_echo_server",
                    .command = built("tests/faults/fragile_echo_server",
                                     {call, std::to_string(error)}),
                    .conversation = &kEcho,
                    .one_at_a_time = true};
    std::set<std::string> lost;
    for (const auto& [cell, why] : try_all(fragile, cells_of(fragile))) {
        lost.insert(to_string(cell) + ": " + why.substr(0, why.find(':')));
    }
    EXPECT_EQ(lost, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Flaws, FragileServer,
    testing::Values(
        Flaw{"accept4",
             EMFILE,
             {"accept4 #1: EMFILE: the server exited with 1",
              "accept4 #2: EMFILE: the server exited with 1",
              "accept4 #1 and the next: EMFILE: the server exited with 1"}},
        Flaw{"recv",
             EINTR,
             {"recv #1: EINTR: the server exited with 1",
              "recv #2: EINTR: the server exited with 1",
              "recv #1 and the next: EINTR: the server exited with 1"}},
        Flaw{"recv",
             ECONNRESET,
             {"recv #1: ECONNRESET: the server exited with 1",
              "recv #2: ECONNRESET: the server exited with 1"}},
        Flaw{"send",
             kShort,
             {"send #1: short: clients lost 1, allowed 0",
              "send #2: short: clients lost 1, allowed 0",
              "send #1 and the next: short: clients lost 2, allowed 0"}},
        Flaw{"listen",
             EADDRINUSE,
             {"bind at start-up #1: EADDRINUSE: the server exited with 0",
              "listen at start-up #1: EADDRINUSE: the server exited with 0"}}),
    [](const auto& flaw) {
        std::string name(flaw.param.call);
        return name + "_" +
               (flaw.param.error == kShort
                    ? "short"
                    : ::strerrorname_np(flaw.param.error));
    });

TEST(Matrix, AFaultThatNeverComesIsALostCell) {
    Cell fork{.fault = {.call = call_named("fork"), .error = EAGAIN},
              .effect = Effect::one_client};
    EXPECT_EQ(try_cell(kServers.front(), fork),
              "the fault never came: the call was not made");
}

}  // namespace
