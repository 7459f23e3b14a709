// Stage 6: what a task costs: so many that sleep at the same time, or as many
// threads.
//
//   $ ./crowd tasks 100000
//   $ ./crowd threads 1000
//
// For tasks, wake is called in the next turn; for threads, it is a condition
// variable.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

using namespace tincan;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] tasks|threads [COUNT]   (default: 1000)";

// Bytes of memory of our own: the kernel's part of a thread is not in it.
long memory() {
    std::ifstream statm("/proc/self/statm");
    long size = 0;
    long resident = 0;
    long shared = 0;
    statm >> size >> resident >> shared;
    return (resident - shared) * ::sysconf(_SC_PAGESIZE);
}

class Measured {
public:
    Measured() : memory_(memory()), start_(now()) {}

    void asleep(unsigned count) {
        long bytes = memory() - memory_;
        print_line("{} asleep: {:.2f} µs and {} bytes each", count,
                   microseconds() / count, bytes / count);
        start_ = now();
    }
    void woken(unsigned count) const {
        print_line("{} awake and ended: {:.2f} µs each", count,
                   microseconds() / count);
    }

private:
    static TimePoint now() { return std::chrono::steady_clock::now(); }
    double microseconds() const {
        return std::chrono::duration<double, std::micro>(now() - start_)
            .count();
    }

    long memory_;
    TimePoint start_;
};

// #region tasks
Coro<void> sleeper(Event& wake) {
    co_await wake.wait();
}

Coro<void> crowd_of_tasks(unsigned count) {
    Measured measured;
    Event wake;
    TaskGroup group;
    for (unsigned i = 0; i < count; ++i)
        group.create_task(sleeper(wake));
    co_await sleep(Duration::zero());  // each has its first turn
    measured.asleep(count);
    wake.set();
    co_await group.join();
    measured.woken(count);
}
// #endregion tasks

void crowd_of_threads(unsigned count) {
    Measured measured;
    std::mutex mutex;
    std::condition_variable changed;
    unsigned asleep = 0;
    bool wake = false;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i) {
        threads.emplace_back([&] {
            std::unique_lock lock(mutex);
            ++asleep;
            changed.notify_all();
            changed.wait(lock, [&] { return wake; });
        });
    }
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return asleep == count; });
        measured.asleep(count);
        wake = true;
    }
    changed.notify_all();
    for (std::thread& thread : threads)
        thread.join();
    measured.woken(count);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        if (arguments.size() == 1) arguments.push_back("1000");
        if (arguments.size() != 2) throw UsageError(kSynopsis);
        auto count = parse_number<unsigned>(arguments[1]);
        if (count.value_or(0) == 0) throw UsageError(kSynopsis);
        if (arguments[0] == "tasks") {
            run(crowd_of_tasks(*count), selector);
        } else if (arguments[0] == "threads") {
            crowd_of_threads(*count);
        } else {
            throw UsageError(kSynopsis);
        }
    });
}
