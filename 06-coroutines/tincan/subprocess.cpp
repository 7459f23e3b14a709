#include "06-coroutines/tincan/subprocess.hpp"

#include "06-coroutines/tincan/task_group.hpp"

#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>

namespace tincan {

using detail::ChildProcess;

// Where SIGCHLD is ignored, the system forgets children as they end.
constexpr int kUnknown = 255;

// #region reap
ChildProcess::~ChildProcess() {
    if (watch_) watch_->stop_waiting(Direction::in, *this);
    if (returncode_) return;
    signal(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
    }
}

void ChildProcess::watch() {
    // glibc has functions for pidfds only since 2.36.
    pidfd_ = Socket(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidfd_ && errno == ESRCH) {
        returncode_ = kUnknown;
        return;
    }
    check(pidfd_.fd(), "pidfd_open");
    watch_.emplace(EventLoop::running(), pidfd_.fd(), Trigger::level);
    watch_->wait(Direction::in, *this);
}

void ChildProcess::on_ready() {
    int status = 0;
    pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == 0 || (ended == -1 && errno == EINTR)) return;
    if (ended == -1) {
        returncode_ = kUnknown;
    } else {
        returncode_ =
            WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    watch_.reset();
    pidfd_ = Socket();
    waiters_.wake_all();
}

// A pidfd stays this child's even if the system has forgotten it and given its
// number to somebody else.
void ChildProcess::signal(int number) const {
    if (returncode_) return;
    if (pidfd_) {
        ::syscall(SYS_pidfd_send_signal, pidfd_.fd(), number, nullptr, 0);
    } else {
        ::kill(pid_, number);
    }
}
// #endregion reap

void Process::terminate() const {
    send_signal(SIGTERM);
}

void Process::kill() const {
    send_signal(SIGKILL);
}

namespace {

// #region spawn
// What the child does between fork and exec, written down beforehand: it
// borrows our memory meanwhile, so it runs nothing of ours.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        // exec resets handlers, but what is blocked stays blocked.
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    // Puts `source` behind `target`, which unlike `source` outlives exec.
    void place(int source, int target) {
        done(::posix_spawn_file_actions_adddup2(&actions_, source, target));
    }
    void place_null(int target) {
        done(::posix_spawn_file_actions_addopen(&actions_, target, "/dev/null",
                                                O_RDWR, 0));
    }

    pid_t spawn(std::vector<std::string>& command) {
        std::vector<char*> arguments;
        arguments.reserve(command.size() + 1);
        for (std::string& part : command)
            arguments.push_back(part.data());
        arguments.push_back(nullptr);
        pid_t pid = -1;
        int error = ::posix_spawnp(&pid, arguments[0], &actions_, &attributes_,
                                   arguments.data(), ::environ);
        if (error != 0) {
            throw std::system_error(error, std::generic_category(), command[0]);
        }
        return pid;
    }

private:
    static void done(int error) {
        if (error == 0) return;
        throw std::system_error(error, std::generic_category(), "posix_spawn");
    }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};
// #endregion spawn

// One end of a pipe for us, the other for the child's `target`. If our own 0,
// 1 or 2 were closed, the child's end could be one of those numbers, which
// another end is about to take.
class Plumbing {
public:
    Plumbing(Stdio what, int target, SpawnPlan& plan) {
        if (what == Stdio::null) plan.place_null(target);
        if (what == Stdio::same_as_out) plan.place(STDOUT_FILENO, target);
        if (what != Stdio::pipe) return;
        auto [from, to] = make_pipe();
        bool in = target == STDIN_FILENO;
        ours_ = std::move(in ? to : from);
        theirs_ = Socket(
            check(::fcntl((in ? from : to).fd(), F_DUPFD_CLOEXEC, 3), "fcntl"));
        plan.place(theirs_.fd(), target);
    }

    Ref<detail::Connection> connection(const std::string& name) {
        if (!ours_) return {};
        return make_ref<detail::Connection>(
            AsyncSocket(std::move(ours_), Medium::pipe), name, kStreamLimit);
    }

private:
    Socket ours_;
    Socket theirs_;
};

}  // namespace

// #region exec
Process create_subprocess_exec(std::vector<std::string> command,
                               SubprocessOptions options) {
    if (command.empty()) throw std::invalid_argument("an empty command");
    SpawnPlan plan;
    Plumbing in(options.in, STDIN_FILENO, plan);
    Plumbing out(options.out, STDOUT_FILENO, plan);
    Plumbing err(options.err, STDERR_FILENO, plan);
    auto to_child = in.connection("stdin of " + command[0]);
    auto from_child = out.connection("stdout of " + command[0]);
    auto errors = err.connection("stderr of " + command[0]);

    auto child = std::make_shared<ChildProcess>(plan.spawn(command));
    child->watch();
    if (to_child) child->in.emplace(std::move(to_child));
    if (from_child) child->out.emplace(std::move(from_child));
    if (errors) child->err.emplace(std::move(errors));
    return Process(std::move(child));
}
// #endregion exec

Process create_subprocess_shell(std::string command,
                                SubprocessOptions options) {
    std::vector<std::string> shell{"/bin/sh", "-c", std::move(command)};
    return create_subprocess_exec(std::move(shell), options);
}

// #region communicate
namespace {

Coro<void> feed(std::optional<StreamWriter> in, std::string bytes) {
    if (!in) co_return;
    in->write(bytes);
    try {
        co_await in->drain();
    } catch (const std::system_error&) {
        // It has stopped reading.
    }
    in->write_eof();
}

Coro<std::string> read_all(std::optional<StreamReader> from) {
    std::string all;
    if (!from) co_return all;
    for (;;) {
        std::string_view bytes = co_await from->read();
        if (bytes.empty()) co_return all;
        all += bytes;
    }
}

Coro<std::pair<std::string, std::string>> communicate_with(
    std::shared_ptr<ChildProcess> child, std::string input) {
    TaskGroup group;
    Task<std::string> out = group.create_task(read_all(child->out));
    Task<std::string> err = group.create_task(read_all(child->err));
    group.create_task(feed(child->in, std::move(input)));
    co_await group.join();
    co_await detail::WaitProcess(child);
    co_return std::pair(std::move(out.result()), std::move(err.result()));
}

}  // namespace

Coro<std::pair<std::string, std::string>> Process::communicate(
    std::string input) const {
    return communicate_with(child_, std::move(input));
}
// #endregion communicate

}  // namespace tincan
