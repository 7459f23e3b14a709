// Stage 6: for every task that waits, where: function, file and line of each
// co_await, down to the innermost, and what that waits for.
//
//   $ ./stacks

#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <array>
#include <chrono>
#include <cstdio>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// #region tasks
Coro<void> nap() {
    co_await sleep(1h);
}

Coro<void> snore() {
    co_await nap();
}

Coro<void> sleeper() {
    co_await snore();
}

Coro<void> listen(Socket silent) {
    AsyncSocket socket(std::move(silent));
    std::array<char, 1> byte;
    co_await sock_recv(socket, byte);
}

Coro<void> friend_of(Task<void> other) {
    co_await other;
}
// #endregion tasks

// #region print
Coro<void> stack_printer() {
    std::array<int, 2> pair{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()),
          "socketpair");
    Socket other_end(pair[1]);
    Task<void> asleep = create_task(sleeper(), "sleeper");
    create_task(listen(Socket(pair[0])), "listener");
    create_task(friend_of(asleep), "friend");
    co_await sleep(0s);  // they run until they wait
    print_stacks(stdout);
}
// #endregion print

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(stack_printer(), only_selector_argument(arguments));
    });
}
