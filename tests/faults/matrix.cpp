#include "tests/faults/matrix.hpp"

#include "tests/support/proc.hpp"
#include "tests/support/server.hpp"

#include <fmt/core.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>

namespace tincan::faults {

using namespace std::chrono_literals;
using test::Client;
using test::Deadline;
using test::eventually;
using test::Failure;
using test::Process;
using test::Server;

namespace {

constexpr auto kPatience = 10s;

// The ways in which a call fails according to its page in the manual, as far
// as a right program can meet them.
struct Failures {
    std::string_view call;
    Effect effect;
    std::vector<int> errors;
};

const std::vector<Failures> kFailures{
    {"socket", Effect::no_start, {EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES}},
    {"setsockopt", Effect::no_start, {ENOBUFS, ENOMEM}},
    {"bind", Effect::no_start, {EADDRINUSE, EADDRNOTAVAIL, EACCES, ENOBUFS}},
    {"listen", Effect::no_start, {EADDRINUSE, ENOBUFS}},
    {"getsockname", Effect::no_start, {ENOBUFS}},
    {"fcntl", Effect::no_start, {EPERM}},
    {"epoll_create1", Effect::no_start, {EMFILE, ENFILE, ENOMEM}},
    {"epoll_ctl", Effect::no_start, {ENOMEM, ENOSPC}},
    {"eventfd", Effect::no_start, {EMFILE, ENFILE, ENOMEM}},
    {"pthread_create", Effect::no_start, {EAGAIN}},

    {"accept4", Effect::none, {EINTR, EAGAIN, ECONNABORTED, EPROTO, EPERM}},
    {"accept4", Effect::none, {EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    {"accept4", Effect::none, {ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH}},
    {"accept4", Effect::none, {ENONET, ENOPROTOOPT, EOPNOTSUPP, ETIMEDOUT}},
    {"recv", Effect::none, {EINTR, EAGAIN, kShort}},
    {"read", Effect::none, {EINTR, EAGAIN, kShort}},
    {"send", Effect::none, {EINTR, EAGAIN, kShort}},
    {"sendmsg", Effect::none, {EINTR, EAGAIN, kShort}},
    {"write", Effect::none, {EINTR, EAGAIN, kShort}},
    {"select", Effect::none, {EINTR, ENOMEM}},
    {"poll", Effect::none, {EINTR, ENOMEM}},
    {"ppoll", Effect::none, {EINTR, ENOMEM}},
    {"epoll_wait", Effect::none, {EINTR}},
    {"setsockopt", Effect::none, {ENOBUFS, ENOMEM}},
    {"close", Effect::none, {EINTR, EIO}},
    {"ioctl", Effect::none, {EINVAL}},

    {"recv", Effect::one_client, {ECONNRESET, ETIMEDOUT, EHOSTUNREACH}},
    {"recv", Effect::one_client, {ENOBUFS, ENOMEM}},
    {"read", Effect::one_client, {ECONNRESET, ETIMEDOUT, EHOSTUNREACH}},
    {"read", Effect::one_client, {ENOBUFS, ENOMEM}},
    {"send", Effect::one_client, {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH}},
    {"send", Effect::one_client, {ENOBUFS, ENOMEM}},
    {"sendmsg", Effect::one_client, {ECONNRESET, EPIPE, ETIMEDOUT, ENOBUFS}},
    {"write", Effect::one_client, {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH}},
    {"write", Effect::one_client, {ENOBUFS, ENOMEM}},
    {"epoll_ctl", Effect::one_client, {ENOMEM, ENOSPC}},
    {"fcntl", Effect::one_client, {EPERM}},
    {"shutdown", Effect::one_client, {ENOTCONN, ENOBUFS}},
    {"fork", Effect::one_client, {EAGAIN, ENOMEM}},
    {"pthread_create", Effect::one_client, {EAGAIN}},
};

// The memory that is shared with the server, and how the server finds it.
class SharedPlan {
public:
    explicit SharedPlan(const Fault& fault)
        : file_(check(::memfd_create("fault plan", MFD_CLOEXEC),
                      "memfd_create")) {
        check(::ftruncate(file_.fd(), sizeof(Plan)), "ftruncate");
        void* memory = ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE,
                              MAP_SHARED, file_.fd(), 0);
        if (memory == MAP_FAILED) check(-1, "mmap");
        plan_ = new (memory) Plan{.fault = fault};
    }
    SharedPlan(const SharedPlan&) = delete;
    SharedPlan& operator=(const SharedPlan&) = delete;
    ~SharedPlan() { ::munmap(plan_, sizeof(Plan)); }

    Plan& operator*() const { return *plan_; }
    Plan* operator->() const { return plan_; }
    bool all_fired() const { return plan_->fired >= plan_->fault.times; }

    test::ProcessOptions options() const {
        return {.environment = {{"LD_PRELOAD", TINCAN_FAULTS_PRELOAD},
                                {kPlanVariable,
                                 fmt::format("/proc/{}/fd/{}", ::getpid(),
                                             file_.fd())}},
                .directory = TINCAN_FAULTS_DIRECTORY};
    }

private:
    Socket file_;
    Plan* plan_;
};

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

// A server with a client that is there all the time, where two can be, and
// others that come one after the other.
class Trial {
public:
    Trial(const Subject& subject, const Fault& fault)
        : subject_(subject),
          plan_(fault),
          server_(Server::ours(subject.command, plan_.options())) {
        if (!eventually([&] { return plan_->phase == Phase::settling; },
                        Deadline(kPatience))) {
            throw std::runtime_error("the server never waits for a client");
        }
        idle_descriptors_ = descriptors();
        if (!subject.one_at_a_time) {
            bystander_ = connect_client(server_.endpoint());
            subject.conversation->begin(*bystander_);
            server_.process().wait_for_line(subject.arrival,
                                            Deadline(kPatience));
        }
        plan_->phase = Phase::serving;
    }

    // One client from its first word to its last.
    void converse() {
        Client client = connect_client(server_.endpoint());
        try {
            subject_.conversation->begin(client);
            subject_.conversation->end(client, {});
        } catch (const Failure&) {
            see_its_end(client);
            throw;
        }
        served_.push_back(name_of(client));
    }

    void end_bystander() {
        if (!bystander_) return;
        try {
            subject_.conversation->end(*bystander_, served_);
        } catch (const Failure&) {
            see_its_end(*bystander_);
            throw;
        }
    }

    // Clients that were not served, and not told so either.
    std::size_t left_hanging() const { return left_hanging_; }

    // How many more descriptors the server has than before its first client,
    // now that all are gone; it may take a moment to see that they are.
    std::size_t leaked() {
        bystander_.reset();
        std::size_t now = 0;
        eventually([&] { return (now = descriptors()) <= idle_descriptors_; },
                   Deadline(5s));
        return now - std::min(now, idle_descriptors_);
    }

    Plan& plan() { return *plan_; }
    bool fault_fired() const { return plan_.all_fired(); }

    // How the server ended, if it did; waits a little, in case it is about to.
    std::string death(std::chrono::milliseconds wait) {
        auto exit = server_.process().wait_exit(Deadline(wait));
        if (!exit) return "";
        server_.process().end();
        return fmt::format("the server {}: {}", test::to_string(*exit),
                           first_line(server_.process().err()));
    }

private:
    void see_its_end(Client& client) {
        if (client.receive_to_any_end().how == Client::Ending::never) {
            ++left_hanging_;
        }
    }

    std::size_t descriptors() const {
        std::size_t count = 0;
        for (pid_t process :
             test::processes_of_group(server_.process().pid())) {
            count += test::numbers_in(test::proc(process) / "fd").size();
        }
        return count;
    }

    const Subject& subject_;
    SharedPlan plan_;
    Server server_;
    std::size_t idle_descriptors_ = 0;
    std::optional<Client> bystander_;
    std::vector<std::string> served_;
    std::size_t left_hanging_ = 0;
};

std::string in_one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

// Runs `action`; says how it failed, if it did.
template <typename Action>
std::string failure_of(Action action) {
    try {
        action();
        return "";
    } catch (const std::exception& error) {
        return in_one_line(error.what());
    }
}

// The fault comes while two clients are served; the one after them must not
// notice.
std::string try_serving(const Subject& subject, const Cell& cell) {
    Trial trial(subject, cell.fault);
    std::vector<std::string> lost;
    auto attempt = [&](auto action) {
        std::string failure = failure_of(action);
        if (!failure.empty()) lost.push_back(failure);
    };
    attempt([&] { trial.converse(); });
    attempt([&] { trial.converse(); });
    bool fired = eventually([&] { return trial.fault_fired(); },
                            Deadline(lost.empty() ? 5s : 1s));
    std::string next = failure_of([&] { trial.converse(); });
    attempt([&] { trial.end_bystander(); });

    bool well = lost.empty() && next.empty();
    std::string death = trial.death(well ? 0ms : 200ms);
    if (!death.empty()) return death;
    if (!next.empty()) return "the next client was not served: " + next;
    if (!fired) return "the fault never came: the call was not made";
    std::size_t allowed = cell.effect == Effect::one_client ? 1 : 0;
    if (lost.size() > allowed) {
        return fmt::format("clients lost {}, allowed {}: {}", lost.size(),
                           allowed, lost.front());
    }
    if (trial.left_hanging() > 0) return "no end for a client: " + lost.front();
    if (std::size_t leaked = trial.leaked(); leaked > 0) {
        return fmt::format("descriptors of clients that have gone: {}", leaked);
    }
    return "";
}

std::string try_start_up(const Subject& subject, const Cell& cell) {
    SharedPlan plan(cell.fault);
    Process process(test::with_port(subject.command, 0), plan.options());
    auto exit = process.wait_exit(Deadline(kPatience));
    if (!plan.all_fired()) return "the fault never came: the call was not made";
    if (!exit) return "the server did not exit";
    process.end();
    if (exit->signal != 0 || exit->code != 1) {
        return fmt::format("the server {}: {}", test::to_string(*exit),
                           first_line(process.err()));
    }
    std::string path = subject.command.front();
    std::string start = path.substr(path.rfind('/') + 1) + ": ";
    std::string err = process.err();
    if (!err.starts_with(start) || std::ranges::count(err, '\n') != 1) {
        return fmt::format("stderr is not one line \"{}...\", but: {}", start,
                           in_one_line(err));
    }
    return "";
}

// The first call, the second, and, where nobody is lost by it, both; as far as
// the plan has counted as many.
void add_cells(std::vector<Cell>& cells, Plan& counted, Fault fault,
               Effect effect) {
    unsigned made = counted.made(fault.phase, fault.call, among(fault.error));
    for (fault.first = 1; fault.first <= std::min(made, 2U); ++fault.first)
        cells.push_back({fault, effect});
    if (made > 1 && effect == Effect::none) {
        fault.first = 1;
        fault.times = 2;
        cells.push_back({fault, effect});
    }
}

// A call that the server makes and no cell is about is a hole.
void expect_cells_for_all(const std::vector<Cell>& cells, Plan& counted,
                          std::string_view not_always) {
    for (std::size_t call = 0; call < kCalls.size(); ++call) {
        bool made = counted.made(Phase::start_up, call, Among::all) > 0 ||
                    counted.made(Phase::serving, call, Among::all) > 0;
        bool tried = std::ranges::any_of(
            cells, [&](const Cell& cell) { return cell.fault.call == call; });
        if (made && !tried && kCalls[call] != not_always) {
            throw std::runtime_error(
                fmt::format("there is no cell for {}", kCalls[call]));
        }
    }
}

}  // namespace

std::string to_string(const Cell& cell) {
    const Fault& fault = cell.fault;
    return fmt::format(
        "{}{} #{}{}: {}", kCalls[fault.call],
        fault.phase == Phase::start_up ? " at start-up" : "", fault.first,
        fault.times > 1 ? " and the next" : "",
        fault.error == kShort ? "short" : ::strerrorname_np(fault.error));
}

std::vector<Cell> cells_of(const Subject& subject) {
    Trial trial(subject, {});
    for (int i = 0; i < 3; ++i)
        trial.converse();
    trial.end_bystander();
    std::vector<Cell> cells;
    for (const auto& [call, effect, errors] : kFailures) {
        if (call == subject.not_always) continue;
        Phase phase =
            effect == Effect::no_start ? Phase::start_up : Phase::serving;
        for (int error : errors) {
            add_cells(
                cells, trial.plan(),
                {.phase = phase, .call = call_named(call), .error = error},
                effect);
        }
    }
    expect_cells_for_all(cells, trial.plan(), subject.not_always);
    return cells;
}

std::string try_cell(const Subject& subject, const Cell& cell) {
    try {
        return cell.effect == Effect::no_start ? try_start_up(subject, cell)
                                               : try_serving(subject, cell);
    } catch (const std::exception& error) {
        return in_one_line(error.what());
    }
}

std::vector<Lost> try_all(const Subject& subject,
                          const std::vector<Cell>& cells) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::vector<Lost> lost;
    auto work = [&] {
        for (std::size_t i; (i = next++) < cells.size();) {
            std::string why = try_cell(subject, cells[i]);
            std::lock_guard lock(mutex);
            if (!why.empty()) lost.push_back({cells[i], why});
        }
    };
    // Most of the time a server does nothing, and a second at a time where it
    // is out of descriptors.
    std::vector<std::jthread> workers;
    for (int i = 0; i < (subject.busy ? 4 : 16); ++i)
        workers.emplace_back(work);
    workers.clear();
    return lost;
}

}  // namespace tincan::faults
