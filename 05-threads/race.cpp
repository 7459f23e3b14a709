// Stage 5: what goes wrong when two threads share something, and its repair.
// Each experiment runs in a process of its own, because it may not survive it.
//
//   $ ./race                    all of them
//   $ ./race counter            also: counter-locked, table, table-locked,
//                               deadlock, deadlock-cured
//
// The three that go wrong are meant to: they show it, they are no bug here.

#include "01-blocking/program.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <barrier>
#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// Runs `work` in two threads at once; it is told which of them it is.
template <typename Work>
void in_two_threads(Work work) {
    std::barrier both_are_there(2);
    auto body = [&](int who) {
        both_are_there.arrive_and_wait();
        work(who);
    };
    std::jthread first(body, 0);
    std::jthread second(body, 1);
}

struct NoLock {
    void lock() {}
    void unlock() {}
};

// #region counter
// `++counter` is three steps: read, add, write. Whoever writes what he has
// read before the other's write undoes that. It happens at any speed; to see
// it on a busy machine too, where two threads hardly ever run at once, each
// now and then sleeps in the middle.
template <typename Lock>
void count() {
    constexpr int kTimes = 100'000;
    long counter = 0;
    Lock lock;
    in_two_threads([&](int) {
        for (int i = 0; i < kTimes; ++i) {
            std::lock_guard guard(lock);
            long read = counter;
            if (i % 1000 == 0) std::this_thread::sleep_for(1ms);
            counter = read + 1;
        }
    });
    print_line("{} increments, and the counter says {}", 2 * kTimes, counter);
}
// #endregion counter

// #region table
// A map is in disorder while an entry goes in or out. Another thread that
// comes along then may lose entries, follow a pointer to nowhere, or never
// come back.
template <typename Lock>
void fill_table() {
    std::map<int, int> table;
    Lock lock;
    in_two_threads([&](int who) {
        for (int i = 0; i < 200'000; ++i) {
            std::lock_guard guard(lock);
            table[2 * i + who] = i;
        }
    });
    print_line("400000 entries went in, and {} are there", table.size());
}
// #endregion table

// #region deadlock
// Ann takes the left fork first and Bob the right one; then each waits for
// what the other holds. For ever.
void deadlock() {
    std::mutex left;
    std::mutex right;
    std::barrier both_hold_one(2);
    in_two_threads([&](int who) {
        std::lock_guard mine(who == 0 ? left : right);
        both_hold_one.arrive_and_wait();
        std::lock_guard other(who == 0 ? right : left);
    });
    print_line("both had both");
}

// scoped_lock takes several locks in an order that can't lock up.
void deadlock_cured() {
    std::mutex left;
    std::mutex right;
    in_two_threads([&](int who) {
        for (int i = 0; i < 100'000; ++i) {
            std::scoped_lock both(who == 0 ? left : right,
                                  who == 0 ? right : left);
        }
    });
    print_line("both had both, 100000 times");
}
// #endregion deadlock

struct Experiment {
    const char* name;
    void (*run)();
    unsigned seconds = 20;  // after which it is given up
};

constexpr Experiment kExperiments[] = {
    {"counter", count<NoLock>},       {"counter-locked", count<std::mutex>},
    {"table", fill_table<NoLock>, 5}, {"table-locked", fill_table<std::mutex>},
    {"deadlock", deadlock, 3},        {"deadlock-cured", deadlock_cured},
};

// #region observe
// Lets the experiment run in a child, for so long and no longer, and says how
// that one ended if it did not end well. alarm(2), fork(2), waitpid(2)
void observe(const Experiment& experiment) {
    print_line("{}:", experiment.name);
    pid_t child = check(::fork(), "fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::alarm(experiment.seconds);
        experiment.run();
        std::_Exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        print_line("after {} seconds it has got nowhere", experiment.seconds);
    } else if (WIFSIGNALED(status)) {
        print_line("it crashed: {}", ::strsignal(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        print_line("it ended with status {}", WEXITSTATUS(status));
    }
}
// #endregion observe

void run(const Arguments& arguments) {
    bool all = arguments.empty();
    bool found = false;
    for (const Experiment& experiment : kExperiments) {
        if (!all && arguments[0] != experiment.name) continue;
        observe(experiment);
        found = true;
    }
    if (!found || arguments.size() > 1) {
        throw UsageError(
            "[counter|counter-locked|table|table-locked|deadlock|"
            "deadlock-cured]");
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, run);
}
