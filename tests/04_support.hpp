// What the tests of stage 4 share.
#pragma once

#include "tests/support/client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/server.hpp"
#include "tests/support/silence.hpp"
#include "tests/support/usage.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace tincan::test {

using namespace std::chrono_literals;
using namespace std::string_literals;

inline std::string stage_4(const std::string& program) {
    return TINCAN_BUILD_DIR "/04-poll/" + program;
}

// Two connected sockets of this process.
struct Pair {
    Socket ours;
    Socket theirs;
};

inline Pair make_pair() {
    int fds[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                       fds),
          "socketpair");
    return {Socket(fds[0]), Socket(fds[1])};
}

// While one of these lives, the server does nothing: what its clients do
// meanwhile it finds all at once.
class Pause {
public:
    explicit Pause(const Server& server) : process_(server.process()) {
        process_.signal(SIGSTOP);
        EXPECT_TRUE(eventually([&] { return state_of(process_.pid()) == 'T'; },
                               Deadline(kPatience)));
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() { process_.signal(SIGCONT); }

private:
    const Process& process_;
};

// Waits until all that the client sent is in the server's kernel.
inline void expect_arrived(const Client& client) {
    EXPECT_TRUE(eventually([&] { return client.unacknowledged() == 0; },
                           Deadline(kPatience)));
}

}  // namespace tincan::test
