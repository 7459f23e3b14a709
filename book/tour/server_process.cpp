#include "book/tour/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace tincan::tour {

namespace {

// Untouched pages cost nothing.
constexpr std::size_t kTraceBytes = TraceTable::bytes_for(65536);

constexpr auto kTimeToBegin = std::chrono::seconds(10);

using Clock = std::chrono::steady_clock;

// The environment of the tour, and what the server needs besides.
std::vector<std::string> environment_with(std::vector<std::string> more) {
    for (char** at = environ; *at != nullptr; ++at) {
        std::string_view entry = *at;
        bool replaced = false;
        for (const std::string& other : more) {
            std::string_view name = other;
            name = name.substr(0, name.find('=') + 1);
            replaced = replaced || entry.starts_with(name);
        }
        if (!replaced) more.emplace_back(entry);
    }
    return more;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& text : strings) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// In the child of fork: only calls that are safe there.
[[noreturn]] void become(const char* directory, const char* program,
                         char** arguments, char** environment, int input,
                         int output, int trace) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::chdir(directory) == -1) ::_exit(127);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    // Of what the tour has open, the server gets the trace alone: its own
    // descriptors begin at 3 wherever the tour was started from.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::fcntl(trace, F_SETFD, 0);
    ::execve(program, arguments, environment);
    ::_exit(127);
}

}  // namespace

TraceMemory::TraceMemory()
    : file_(
          check(::memfd_create("tincan-trace", MFD_CLOEXEC), "memfd_create")) {
    check(::ftruncate(file_.fd(), kTraceBytes), "ftruncate");
    memory_ = ::mmap(nullptr, kTraceBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                     file_.fd(), 0);
    if (memory_ == MAP_FAILED) check(-1, "mmap");
}

TraceMemory::~TraceMemory() {
    ::munmap(memory_, kTraceBytes);
}

std::vector<Record> TraceMemory::records() const {
    TraceTable table(memory_, kTraceBytes);
    if (table.overflowed()) {
        throw std::runtime_error("the server did more than fits into a trace");
    }
    auto records = table.records();
    return {records.begin(), records.end()};
}

std::int64_t TraceMemory::begin() const {
    auto records = TraceTable(memory_, kTraceBytes).records();
    if (records.empty()) return 0;
    Call call = std::atomic_ref(const_cast<Call&>(records.front().call))
                    .load(std::memory_order_acquire);
    return call == Call::none ? 0 : records.front().entered_at;
}

ServerProcess::ServerProcess(const std::filesystem::path& program,
                             std::string_view argument,
                             const std::filesystem::path& recorder,
                             const TraceMemory& trace)
    : name_((program.parent_path().filename() / program.filename()).string()),
      trace_(trace) {
    for (const auto& needed : {program, recorder}) {
        if (::access(needed.c_str(), R_OK | X_OK) == -1) {
            throw std::runtime_error(fmt::format(
                "{}: not built yet; ./tincan tour builds what it needs",
                needed.string()));
        }
    }
    std::array<int, 2> input{}, output{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()),
          "socketpair");
    input_ = Socket(input[0]);
    Socket its_input(input[1]);
    check(::pipe2(output.data(), O_CLOEXEC), "pipe2");
    output_ = Socket(output[0]);
    Socket its_output(output[1]);

    // LD_PRELOAD can't name a folder with a blank or a colon in its name, so
    // the server is started where the recorder is.
    std::string directory = recorder.parent_path().string();
    std::vector<std::string> words = {
        std::filesystem::absolute(program).string()};
    if (!argument.empty()) words.emplace_back(argument);
    std::vector<std::string> variables = environment_with(
        {"QUIET=1", "LD_PRELOAD=./" + recorder.filename().string(),
         fmt::format("{}={}", kTraceVariable, trace.fd()),
         // A server built with ASan would insist on being loaded first.
         "ASAN_OPTIONS=verify_asan_link_order=0"});
    std::vector<char*> arguments = pointers_to(words);
    std::vector<char*> environment = pointers_to(variables);
    pid_ = check(::fork(), "fork");
    if (pid_ == 0) {
        become(directory.c_str(), arguments[0], arguments.data(),
               environment.data(), its_input.fd(), its_output.fd(), trace.fd());
    }
}

std::string ServerProcess::port() {
    auto deadline = Clock::now() + kTimeToBegin;
    std::string line;
    while (!line.ends_with('\n')) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline -
                                                                 Clock::now());
        pollfd output{output_.fd(), POLLIN, 0};
        if (left.count() <= 0 ||
            ::poll(&output, 1, static_cast<int>(left.count())) == 0) {
            throw std::runtime_error(
                fmt::format("{} did not listen within 10 s", name_));
        }
        char c = 0;
        ssize_t count = ::read(output_.fd(), &c, 1);
        if (count == 0) {
            throw std::runtime_error(
                fmt::format("{} ended before it listened", name_));
        }
        if (count == 1) line += c;
    }
    line.pop_back();
    auto colon = line.rfind(':');
    if (!line.starts_with("listening on ") || colon == std::string::npos) {
        throw std::runtime_error(fmt::format(
            "{} did not say where it listens, but: {}", name_, line));
    }
    return line.substr(colon + 1);
}

std::int64_t ServerProcess::begin() {
    auto deadline = Clock::now() + kTimeToBegin;
    while (trace_.begin() == 0) {
        if (Clock::now() > deadline) {
            throw std::runtime_error(
                fmt::format("{} did nothing within 10 s", name_));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return trace_.begin();
}

void ServerProcess::type(std::string_view text) {
    send_all(input_, text);
}

void ServerProcess::signal(int number) const {
    check(::kill(pid_, number), "kill");
}

void ServerProcess::stop() {
    if (pid_ == -1) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
    }
    pid_ = -1;
}

}  // namespace tincan::tour
