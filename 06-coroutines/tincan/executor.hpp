// Threads for the calls that can only be waited for in the kernel:
// getaddrinfo(3), a file, a library that knows nothing of event loops.
#pragma once

#include <functional>
#include <memory>

namespace tincan {

class EventLoop;

// A pool of at most 32 threads, each started when there is work and all the
// others have some. concurrent.futures.ThreadPoolExecutor
class Executor {
public:
    explicit Executor(EventLoop& loop);
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    // Drops the work that nobody has begun. Who is in the middle of something
    // is not waited for, it may take for ever: left behind, it ends with its
    // work or with the process, and its result goes nowhere.
    ~Executor();

    // Calls `work` in a thread, and what that returns in the loop. It must
    // not throw. Throws std::system_error if a thread is needed for it, and
    // can't be made.
    void submit(std::function<std::function<void()>()> work);

private:
    struct Shared;

    void start_worker();
    static void run(Shared& shared, bool& busy);

    std::shared_ptr<Shared> shared_;
};

}  // namespace tincan
