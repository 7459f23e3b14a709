#include "tests/support/process.hpp"

#include "tests/support/proc.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace tincan::test {

namespace {

constexpr const char* kTagName = "TINCAN_TEST_PROCESS";
constexpr std::size_t kMostOutput = 4 << 20;

struct Pipe {
    Socket read_end;
    Socket write_end;
};

Pipe make_pipe() {
    std::array<int, 2> fds;
    check(::pipe2(fds.data(), O_CLOEXEC), "pipe2");
    return {Socket(fds[0]), Socket(fds[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (const std::string& text : strings) {
        list.push_back(const_cast<char*>(text.c_str()));
    }
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_with(
    const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** at = environ; *at; ++at) {
        std::string_view entry = *at;
        std::string name(entry.substr(0, entry.find('=')));
        if (!added.contains(name)) all.emplace_back(entry);
    }
    for (const auto& [name, value] : added)
        all.push_back(name + "=" + value);
    return all;
}

// Between fork and exec in a program that has threads only system calls are
// safe: no allocation, no lock.
struct ChildPlan {
    pid_t parent;
    char* const* arguments;
    char* const* environment;
    const char* directory;  // nullptr: stay
    const std::vector<std::pair<int, rlimit>>* limits;
    const int* descriptors;
    bool terminal;
};

bool prepare(const ChildPlan& plan) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) return false;
    if (::getppid() != plan.parent) ::_exit(1);  // it died before the prctl
    if ((plan.terminal ? ::setsid() : ::setpgid(0, 0)) == -1) return false;
    for (int i = 0; i < 3; ++i) {
        if (::dup2(plan.descriptors[i], i) == -1) return false;
    }
    // What we ourselves were started with is no business of the program's.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (plan.terminal && ::ioctl(0, TIOCSCTTY, 0) == -1) return false;
    if (plan.directory && ::chdir(plan.directory) == -1) return false;
    for (const auto& [resource, limit] : *plan.limits) {
        if (::setrlimit(static_cast<__rlimit_resource>(resource), &limit) ==
            -1) {
            return false;
        }
    }
    // What we or our parents ignore, exec would pass on: SIGPIPE, and SIGINT in
    // what a script has behind a &.
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

[[noreturn]] void become_program(const ChildPlan& plan, int failure_pipe) {
    if (prepare(plan)) {
        ::execvpe(plan.arguments[0], plan.arguments, plan.environment);
    }
    int error = errno;
    [[maybe_unused]] ssize_t written =
        ::write(failure_pipe, &error, sizeof error);
    ::_exit(127);
}

std::string new_tag() {
    static std::atomic<int> count{0};
    return fmt::format("{}-{}", ::getpid(), ++count);
}

// Our children, adopted ones too, that descend from the process with `tag`.
std::vector<pid_t> children_with(const std::string& tag) {
    std::string wanted = fmt::format("{}={}", kTagName, tag);
    std::vector<pid_t> found = numbers_in("/proc");
    std::erase_if(found, [&](pid_t pid) {
        return kinship_of(pid).parent != ::getpid() ||
               !has_environment(pid, wanted);
    });
    return found;
}

ProcessOptions tagged(ProcessOptions options, const std::string& tag) {
    options.environment[kTagName] = tag;
    return options;
}

}  // namespace

std::string to_string(const Command& command) {
    return fmt::format("{}", fmt::join(command, " "));
}

std::string to_string(const Exit& exit) {
    if (exit.signal == 0) return fmt::format("exited with {}", exit.code);
    return fmt::format("was ended by signal {} ({})", exit.signal,
                       ::strsignal(exit.signal));
}

pid_t spawn(const Command& command, const ProcessOptions& options,
            const int (&descriptors)[3], bool terminal) {
    if (command.empty()) throw std::invalid_argument("no program to run");
    // Whom the program leaves behind becomes our child: see Child::end.
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    Pipe failure = make_pipe();
    std::vector<std::string> environment =
        environment_with(options.environment);
    std::vector<char*> environment_list = pointers(environment);
    std::vector<char*> arguments = pointers(command);
    ChildPlan plan{.parent = ::getpid(),
                   .arguments = arguments.data(),
                   .environment = environment_list.data(),
                   .directory = options.directory.empty()
                                    ? nullptr
                                    : options.directory.c_str(),
                   .limits = &options.limits,
                   .descriptors = descriptors,
                   .terminal = terminal};

    pid_t pid = check(::fork(), "fork");
    if (pid == 0) become_program(plan, failure.write_end.fd());
    failure.write_end = Socket();
    int error = 0;
    if (::read(failure.read_end.fd(), &error, sizeof error) == sizeof error) {
        ::waitpid(pid, nullptr, 0);
        throw std::system_error(error, std::generic_category(), command[0]);
    }
    return pid;
}

Child::Child(const Command& command, const ProcessOptions& options,
             const int (&descriptors)[3], bool terminal)
    : tag_(new_tag()),
      pid_(spawn(command, tagged(options, tag_), descriptors, terminal)),
      pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))) {
    if (!pidfd_) {
        int error = errno;
        end();
        throw std::system_error(error, std::generic_category(), "pidfd_open");
    }
}

void Child::signal(int number) const {
    check(::kill(pid_, number), "kill");
}

std::optional<Exit> Child::wait_exit(Deadline deadline) const {
    if (exit_) return exit_;
    pollfd ended{pidfd_.fd(), POLLIN, 0};
    while (check(::poll(&ended, 1, deadline.poll_timeout()), "poll") == 0) {
        if (deadline.passed()) return std::nullopt;
    }
    siginfo_t info{};
    check(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT),
          "waitid");
    if (info.si_code == CLD_EXITED) return Exit{.code = info.si_status};
    return Exit{.signal = info.si_status};
}

void Child::reap_adopted() const {
    for (pid_t process : processes_of_group(pid_)) {
        if (process != pid_ && kinship_of(process).parent == ::getpid()) {
            ::waitpid(process, nullptr, WNOHANG);
        }
    }
}

void Child::end() {
    if (pid_ == -1) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    if (pidfd_) exit_ = wait_exit(Deadline(std::chrono::seconds(10)));
    while (::waitpid(-pid_, nullptr, 0) > 0)
        continue;                 // with the adopted
    ::waitpid(pid_, nullptr, 0);  // should it have left the group
    // Who left the group (a daemon) is found by the tag; its own children are
    // ours when it has gone, so look again.
    for (auto left = children_with(tag_); !left.empty();
         left = children_with(tag_)) {
        for (pid_t pid : left) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }
    pid_ = -1;
}

// Reads stdout and stderr to their ends, or until it is destroyed.
class Process::Drain {
public:
    Drain(Socket out, Socket err)
        : sources_{std::move(out), std::move(err)},
          stop_(check(::eventfd(0, EFD_CLOEXEC), "eventfd")),
          thread_([this] { run(); }) {}

    ~Drain() {
        ::eventfd_write(stop_.fd(), 1);
        thread_.join();
    }

    std::string text(std::size_t source) const {
        std::lock_guard lock(mutex_);
        return texts_[source];
    }

    // Waits until `condition(stdout so far)` holds; false if it does not at
    // the deadline or when stdout has come to its end.
    template <typename Condition>
    bool wait_out(Condition condition, Deadline deadline) {
        std::unique_lock lock(mutex_);
        bool holds = false;
        changed_.wait_until(lock, deadline.at(), [&] {
            holds = condition(texts_[0]);
            return holds || !sources_[0];
        });
        return holds;
    }

    // Waits until both have come to their ends, which they do unless somebody
    // who escaped us holds them open.
    void wait_ends(Deadline deadline) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline.at(),
                            [&] { return !sources_[0] && !sources_[1]; });
    }

private:
    void run() {
        for (;;) {
            std::array<pollfd, 3> wanted{{{sources_[0].fd(), POLLIN, 0},
                                          {sources_[1].fd(), POLLIN, 0},
                                          {stop_.fd(), POLLIN, 0}}};
            if (::poll(wanted.data(), wanted.size(), -1) == -1) continue;
            for (std::size_t i = 0; i < 2; ++i) {
                if (wanted[i].revents != 0) read_from(i);
            }
            if (wanted[2].revents != 0) return;
        }
    }

    void read_from(std::size_t source) {
        std::array<char, 65536> buffer;
        ssize_t count =
            ::read(sources_[source].fd(), buffer.data(), buffer.size());
        std::lock_guard lock(mutex_);
        if (count > 0) {
            std::size_t room = kMostOutput - texts_[source].size();
            texts_[source].append(
                buffer.data(), std::min(static_cast<std::size_t>(count), room));
        } else {
            sources_[source] = Socket();
        }
        changed_.notify_all();
    }

    std::array<Socket, 2> sources_;  // written by the thread, with the lock
    Socket stop_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::array<std::string, 2> texts_;
    std::thread thread_;  // last: it uses all the others
};

Process::Process(Command command, const ProcessOptions& options)
    : command_(std::move(command)) {
    ::signal(SIGPIPE, SIG_IGN);  // writing to one that has ended: an error
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    check(::fcntl(in.write_end.fd(), F_SETFL, O_NONBLOCK), "fcntl");
    int descriptors[3] = {in.read_end.fd(), out.write_end.fd(),
                          err.write_end.fd()};
    child_ = std::make_unique<Child>(command_, options, descriptors, false);
    stdin_ = std::move(in.write_end);
    drain_ = std::make_unique<Drain>(std::move(out.read_end),
                                     std::move(err.read_end));
}

Process::~Process() = default;

void Process::end() {
    child_->end();
    drain_->wait_ends(Deadline(std::chrono::seconds(5)));
}

std::string Process::wait_for_line(std::string_view text, Deadline deadline) {
    std::string line;
    bool found = drain_->wait_out(
        [&](const std::string& out) {
            std::size_t end;
            while ((end = out.find('\n', lines_end_)) != std::string::npos) {
                line = out.substr(lines_end_, end - lines_end_);
                lines_end_ = end + 1;
                if (line.find(text) != std::string::npos) return true;
            }
            return false;
        },
        deadline);
    if (found) return line;
    // If stdout has come to its end, so has the program, in a moment.
    std::optional<Exit> exit =
        wait_exit(Deadline(std::chrono::milliseconds(200)));
    if (exit) drain_->wait_ends(Deadline(std::chrono::seconds(1)));
    throw std::runtime_error(fmt::format(
        "{}: no line with \"{}\" came; the program {}\nstdout:\n{}stderr:\n{}",
        command_[0], text, exit ? to_string(*exit) : "still runs", out(),
        err()));
}

std::string Process::out() const {
    return drain_->text(0);
}
std::string Process::err() const {
    return drain_->text(1);
}

void Process::write(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        pollfd writable{stdin_.fd(), POLLOUT, 0};
        if (::poll(&writable, 1, deadline.poll_timeout()) == 0 &&
            deadline.passed()) {
            throw std::runtime_error(
                fmt::format("{}: does not read its stdin", command_[0]));
        }
        ssize_t count = ::write(stdin_.fd(), bytes.data(), bytes.size());
        if (count == -1 && (errno == EAGAIN || errno == EINTR)) continue;
        bytes.remove_prefix(static_cast<std::size_t>(check(count, "write")));
    }
}

}  // namespace tincan::test
