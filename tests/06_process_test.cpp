// Child processes: what they are given, what comes back, how they end, and
// that nothing of them stays. With each selector.
#include "tests/06_support.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

namespace tincan::test {
namespace {

class Children : public OnSelector {
protected:
    // No child is left, not even as a zombie.
    void TearDown() override {
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
        EXPECT_EQ(errno, ECHILD);
    }
};
INSTANTIATE_TEST_SUITE_P(, Children, kEachSelector, selector_name);

constexpr SubprocessOptions kAllPipes{Stdio::pipe, Stdio::pipe, Stdio::pipe};

using Output = std::pair<std::string, std::string>;

// Its ends.

Coro<void> codes_main() {
    Process gives_seven = create_subprocess_shell("exit 7");
    Process is_killed = create_subprocess_exec({"sleep", "1000"});
    Process is_asked = create_subprocess_exec({"sleep", "1000"});
    EXPECT_EQ(is_killed.returncode(), std::nullopt);
    is_killed.kill();
    is_asked.terminate();
    int code = co_await gives_seven.wait();
    EXPECT_EQ(code, 7);
    code = co_await is_killed.wait();
    EXPECT_EQ(code, -SIGKILL);
    code = co_await is_asked.wait();
    EXPECT_EQ(code, -SIGTERM);
    EXPECT_EQ(is_asked.returncode(), -SIGTERM);
    is_asked.terminate();  // whom it would hit now is not ours
    code = co_await is_asked.wait();
    EXPECT_EQ(code, -SIGTERM);
}

TEST_P(Children, TellHowTheyEnded) {
    run_here(codes_main());
}

// Waits for the end, whatever it is.
Coro<void> has_ended(Task<void> task) {
    std::vector<Task<void>> tasks;
    tasks.push_back(task);
    co_await wait(tasks);
}

Coro<void> waits_for(Process process, int& ended) {
    co_await process.wait();
    ++ended;
}

Coro<void> many_main() {
    EventLoop& loop = EventLoop::running();
    int ended = 0;
    TaskGroup group;
    for (int i = 0; i < 20; ++i) {
        Process process = create_subprocess_exec({"true"});
        group.create_task(waits_for(process, ended));
        group.create_task(waits_for(process, ended));
    }
    bool others_ran = false;
    loop.call_soon([&] { others_ran = true; });
    co_await group.join();
    EXPECT_EQ(ended, 40);
    EXPECT_TRUE(others_ran);
}

TEST_P(Children, AreWaitedForByManyAtOnce) {
    run_here(many_main());
}

Coro<void> cancelled_main() {
    EventLoop& loop = EventLoop::running();
    Process process = create_subprocess_exec({"sleep", "1000"});
    int ended = 0;
    Task<void> task = loop.create_task(waits_for(process, ended));
    co_await sleep(1ms);
    task.cancel();
    co_await has_ended(task);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(process.returncode(), std::nullopt);
    EXPECT_EQ(::kill(process.pid(), 0), 0);  // it still runs
    process.kill();
    int code = co_await process.wait();
    EXPECT_EQ(code, -SIGKILL);
}

TEST_P(Children, LiveOnWhenWaitingForThemIsCancelled) {
    run_here(cancelled_main());
}

Coro<void> dropped_main(pid_t& pid) {
    pid = create_subprocess_exec({"sleep", "1000"}).pid();
    co_return;
}

TEST_P(Children, GoWithTheirLastHandle) {
    pid_t pid = 0;
    run_here(dropped_main(pid));
    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

Coro<Process> returned_main() {
    Process process =
        create_subprocess_exec({"sleep", "1000"}, {.in = Stdio::pipe});
    co_return process;
}

TEST_P(Children, MayOutliveTheirLoop) {
    Process process = run(returned_main(), GetParam());
    EXPECT_EQ(::kill(process.pid(), 0), 0);
}

Coro<void> ignored_main() {
    // Ended at once, or later: the system forgets it in either case.
    for (const char* delay : {"0", "0.01"}) {
        Process process = create_subprocess_exec({"sleep", delay});
        int code = co_await process.wait();
        EXPECT_EQ(code, 255);
    }
}

TEST_P(Children, WhoseAnswerNobodyCanHave) {
    ::signal(SIGCHLD, SIG_IGN);
    run_here(ignored_main());
    ::signal(SIGCHLD, SIG_DFL);
}

// Their streams.

const std::string kMuch(1 << 20, 'x');

Coro<void> communicate_main() {
    Process cat = create_subprocess_shell("cat; echo done >&2", kAllPipes);
    Output printed = co_await cat.communicate(kMuch);
    EXPECT_EQ(printed.first, kMuch);
    EXPECT_EQ(printed.second, "done\n");
    EXPECT_EQ(cat.returncode(), 0);
}

TEST_P(Children, AreFedAndReadAtTheSameTime) {
    run_here(communicate_main());
}

Coro<void> unread_main() {
    Process deaf = create_subprocess_shell("exec <&-; echo no", kAllPipes);
    Output printed = co_await deaf.communicate(kMuch);
    EXPECT_EQ(printed.first, "no\n");

    Process gone = create_subprocess_exec({"true"}, kAllPipes);
    co_await gone.wait();
    gone.in().write(kMuch);
    EXPECT_THROW(co_await gone.in().drain(), std::system_error);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_FALSE(::sigismember(&pending, SIGPIPE));
}

TEST_P(Children, WhoDoNotReadEndNobody) {
    run_here(unread_main());
}

Coro<void> lines_main() {
    Process cat = create_subprocess_exec(
        {"cat"}, {.in = Stdio::pipe, .out = Stdio::pipe});
    for (int i = 0; i < 100; ++i) {
        std::string line = fmt::format("line {}\n", i);
        cat.in().write(line);
        std::string back(co_await cat.out().readline());
        EXPECT_EQ(back, line);
    }
    cat.in().write_eof();
    co_await cat.in().drain();
    std::string_view rest = co_await cat.out().read();
    EXPECT_EQ(rest, "");
    int code = co_await cat.wait();
    EXPECT_EQ(code, 0);
    EXPECT_THROW(cat.err(), std::logic_error);
}

TEST_P(Children, ConverseLineByLine) {
    run_here(lines_main());
}

// What was queued arrives before the end of the input.
Coro<void> eof_main() {
    Process count = create_subprocess_exec(
        {"wc", "-c"}, {.in = Stdio::pipe, .out = Stdio::pipe});
    count.in().write(kMuch);
    count.in().write_eof();
    EXPECT_GT(count.in().queued(), 0U);
    co_await count.in().drain();
    std::string answer(co_await count.out().readline());
    EXPECT_EQ(answer, "1048576\n");
    co_await count.wait();
}

TEST_P(Children, GetAllBeforeTheEnd) {
    run_here(eof_main());
}

Coro<void> options_main() {
    Process silent = create_subprocess_shell(
        "cat; echo unheard", {.in = Stdio::null, .out = Stdio::null});
    int code = co_await silent.wait();
    EXPECT_EQ(code, 0);
    Process both = create_subprocess_shell(
        "echo out; echo err >&2",
        {.out = Stdio::pipe, .err = Stdio::same_as_out});
    Output printed = co_await both.communicate();
    EXPECT_EQ(printed.first, "out\nerr\n");
    EXPECT_EQ(printed.second, "");
}

TEST_P(Children, ReadAndWriteWhatTheyAreTold) {
    run_here(options_main());
}

// Our own 0 and 1 are closed: the pipes would get these numbers.
Coro<void> closed_main() {
    Process cat = create_subprocess_shell("cat; echo err >&2", kAllPipes);
    Output printed = co_await cat.communicate("hello\n");
    EXPECT_EQ(printed, Output("hello\n", "err\n"));
}

TEST_P(Children, GetTheirPipesWhereOursAreClosed) {
    Socket in(check(::fcntl(0, F_DUPFD_CLOEXEC, 3), "fcntl"));
    Socket out(check(::fcntl(1, F_DUPFD_CLOEXEC, 3), "fcntl"));
    ::close(0);
    ::close(1);
    run_here(closed_main());
    ::dup2(in.fd(), 0);
    ::dup2(out.fd(), 1);
}

// What they inherit.

Coro<void> inherits_main() {
    Process process = create_subprocess_shell(
        "ls -l /proc/self/fd; grep SigBlk /proc/self/status",
        {.in = Stdio::null, .out = Stdio::pipe});
    Output printed = co_await process.communicate();
    for (const char* ours : {"anon_inode", "socket"}) {
        EXPECT_EQ(printed.first.find(ours), std::string::npos) << printed.first;
    }
    EXPECT_NE(printed.first.find("SigBlk:\t0000000000000000"),
              std::string::npos)
        << printed.first;
}

TEST_P(Children, InheritNoDescriptorsAndNoBlockedSignals) {
    auto sockets = socket_pair();
    sigset_t some;
    sigset_t before;
    ::sigemptyset(&some);
    ::sigaddset(&some, SIGUSR1);
    ::sigaddset(&some, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &some, &before);
    run_here(inherits_main());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// What goes wrong.

Coro<void> missing_main() {
    try {
        create_subprocess_exec({"no-such-program", "x"}, kAllPipes);
        ADD_FAILURE() << "it was run";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.what(), "no-such-program: No such file or directory"s);
    }
    EXPECT_THROW(create_subprocess_exec({}), std::invalid_argument);
    co_return;
}

TEST_P(Children, ThatDoNotExist) {
    run_here(missing_main());
}

// Whichever of the descriptors is the first that can't be had.
Coro<void> exhausted_main(rlimit before) {
    int failures = 0;
    for (long more = 0;; ++more) {
        rlimit tight = before;
        tight.rlim_cur = static_cast<rlim_t>(open_descriptors() + more);
        ::setrlimit(RLIMIT_NOFILE, &tight);
        try {
            create_subprocess_exec({"true"}, kAllPipes);
            break;
        } catch (const std::system_error&) {
            ++failures;
        }
        ::setrlimit(RLIMIT_NOFILE, &before);
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_GE(failures, 3);
    co_return;
}

TEST_P(Children, ForWhomThereAreNoDescriptorsLeft) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    run_here(exhausted_main(before));
}

// Cancelled in each turn of the loop until it gets through.
Coro<void> scenario(bool& completed) {
    Process cat = create_subprocess_exec({"cat"}, kAllPipes);
    Output printed = co_await cat.communicate(std::string(200000, 'y'));
    EXPECT_EQ(printed.first.size(), 200000U);
    completed = true;
}

Coro<void> cut_main() {
    bool completed = false;
    for (int turns = 0; !completed; ++turns) {
        Task<void> task = EventLoop::running().create_task(scenario(completed));
        std::chrono::milliseconds pause(turns < 20 ? 0 : 1);
        for (int i = 0; i < turns && !task.done(); ++i)
            co_await sleep(pause);
        task.cancel();
        co_await has_ended(task);
        EXPECT_EQ(task.cancelled(), !completed);
    }
}

TEST_P(Children, MayBeCancelledAtAnyPoint) {
    run_here(cut_main());
}

}  // namespace
}  // namespace tincan::test
