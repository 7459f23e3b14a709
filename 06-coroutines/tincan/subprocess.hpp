// Other programs, run as children: fed, listened to and waited for while
// everything else goes on.
//
//   Process cat = create_subprocess_exec(
//       {"cat"}, {.in = Stdio::pipe, .out = Stdio::pipe});
//   auto [out, err] = co_await cat.communicate("hello\n");
//   int code = co_await cat.wait();
//
// asyncio.subprocess
#pragma once

#include "06-coroutines/tincan/streams.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tincan {

// What stands behind one of the child's descriptors 0, 1 and 2.
enum class Stdio {
    inherit,     // what stands behind ours
    pipe,        // a stream, here
    null,        // /dev/null
    same_as_out  // for stderr only
};

struct SubprocessOptions {
    Stdio in = Stdio::inherit;
    Stdio out = Stdio::inherit;
    Stdio err = Stdio::inherit;
};

namespace detail {

// A child from its start to its end, which the kernel announces by making the
// pidfd readable. pidfd_open(2), waitpid(2)
class ChildProcess final : IoWaiter {
public:
    // `pid` is a child that nobody has waited for.
    explicit ChildProcess(pid_t pid) : pid_(pid) {}
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    // Throws std::system_error if there is no descriptor left.
    void watch();

    pid_t pid() const { return pid_; }
    std::optional<int> returncode() const { return returncode_; }
    void signal(int number) const;
    WaitList& waiters() { return waiters_; }

    std::optional<StreamWriter> in;  // those that are pipes
    std::optional<StreamReader> out;
    std::optional<StreamReader> err;

private:
    void on_ready() override;

    pid_t pid_;
    std::optional<int> returncode_;
    Socket pidfd_;
    std::optional<Watch> watch_;
    WaitList waiters_;
};

class WaitProcess final : public Waiter {
public:
    explicit WaitProcess(std::shared_ptr<ChildProcess> child)
        : Waiter(child->waiters()), child_(std::move(child)) {}
    ~WaitProcess() { leave(); }  // while the list is there

    bool attempt() override { return child_->returncode().has_value(); }
    int result() const { return *child_->returncode(); }
    const char* what() const override { return "process"; }

private:
    std::shared_ptr<ChildProcess> child_;
};

}  // namespace detail

// A handle; copies are the same child. When the last one goes, a child that
// still runs is killed: whatever becomes of the task that started it, none is
// left behind, nor its zombie. asyncio.subprocess.Process
class Process {
public:
    pid_t pid() const { return child_->pid(); }

    // The streams of what was asked to be a pipe; else they throw
    // std::logic_error. The child sees the end of its input when `in` is
    // closed, or has been told write_eof. A child that prints into a full pipe
    // waits until it is read from: read `out` while you write to `in`.
    StreamWriter& in() { return stream(child_->in); }
    StreamReader& out() { return stream(child_->out); }
    StreamReader& err() { return stream(child_->err); }

    // Until it has ended: what it gave to exit, or -N if signal N ended it;
    // 255 if the system doesn't tell (SIGCHLD is ignored).
    detail::WaitProcess wait() const { return detail::WaitProcess(child_); }
    // The same, nothing while it runs.
    std::optional<int> returncode() const { return child_->returncode(); }

    // Nothing happens if it has ended. kill(2)
    void send_signal(int number) const { child_->signal(number); }
    void terminate() const;  // SIGTERM
    void kill() const;       // SIGKILL

    // Gives it all of `input`, and the end, while it takes all that it prints,
    // until it has ended: {stdout, stderr}, empty where they are no pipes. All
    // of that is kept in memory. If it does not want all of `input`, that is
    // its business.
    Coro<std::pair<std::string, std::string>> communicate(
        std::string input = "") const;

private:
    friend Process create_subprocess_exec(std::vector<std::string>,
                                          SubprocessOptions);

    explicit Process(std::shared_ptr<detail::ChildProcess> child)
        : child_(std::move(child)) {}

    template <typename Stream>
    static Stream& stream(std::optional<Stream>& stream) {
        if (!stream) throw std::logic_error("that is not a pipe");
        return *stream;
    }

    std::shared_ptr<detail::ChildProcess> child_;
};

// Starts a program: its name, looked for in PATH, and its arguments. It has no
// descriptors but 0, 1 and 2, and no signal is blocked for it. Returns when it
// runs; throws std::system_error ("NAME: ...") if it can't be run.
// posix_spawnp(3)
Process create_subprocess_exec(std::vector<std::string> command,
                               SubprocessOptions options = {});

// The same for a line that the shell understands: never put a stranger's words
// into it. sh(1)
Process create_subprocess_shell(std::string command,
                                SubprocessOptions options = {});

}  // namespace tincan
