#include "book/tour/scenario.hpp"

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "book/tour/canonical.hpp"
#include "book/tour/server_process.hpp"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <stdexcept>
#include <system_error>

namespace tincan::tour {

namespace {

constexpr int kRuns = 20;  // before we give up on a busy machine

using Clock = std::chrono::steady_clock;  // the recorder's CLOCK_MONOTONIC

std::int64_t since_boot(Clock::time_point time) {
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

std::int64_t now() {
    return since_boot(Clock::now());
}

// All people together, in one thread: they act when it is their beat, and
// listen until then.
class People {
public:
    People(ServerProcess& process, std::string port, Recording& recording)
        : process_(process),
          server_{"127.0.0.1", std::move(port)},
          recording_(recording) {}

    void act(const Step& step) {
        // Noted first: what the server does comes after it. What timers do
        // comes after the time at which they were due.
        std::int64_t due =
            recording_.start +
            step.beat * std::chrono::nanoseconds(recording_.beat).count();
        Observed& seen = recording_.observed.emplace_back(
            Observed{.who = std::string(step.who),
                     .act = step.act,
                     .text = std::string(step.text),
                     .at = step.act == Act::tick ? due : now(),
                     .beat = step.beat});
        switch (step.act) {
            case Act::connect:
                seen.port = connect(seen.who);
                break;
            case Act::say:
                send_all(people_[seen.who].socket, step.text);
                break;
            case Act::leave:
                people_.erase(seen.who);
                break;
            case Act::pour:
                people_[seen.who].pours = true;
                break;
            case Act::read:
                people_[seen.who].pours = false;
                people_[seen.who].reads = true;
                break;
            case Act::key:
                type(step.text);
                break;
            case Act::signal:
                ends_ = true;
                process_.signal(step.text == "SIGTERM" ? SIGTERM : SIGINT);
                break;
            case Act::tick:
            case Act::hear:
            case Act::end:
                break;
        }
    }

    void listen_until(Clock::time_point until) {
        bool over = false;
        while (!over) {
            auto left = std::max(until - Clock::now(), Clock::duration{0});
            over = left == Clock::duration{0};
            auto wait = std::chrono::nanoseconds(left).count();
            timespec timeout{.tv_sec = wait / 1'000'000'000,
                             .tv_nsec = wait % 1'000'000'000};
            std::vector<std::string> who;
            std::vector<pollfd> fds;
            for (const auto& [name, person] : people_) {
                if (person.events() == 0) continue;
                who.push_back(name);
                fds.push_back({person.socket.fd(), person.events(), 0});
            }
            int ready = ::ppoll(fds.data(), fds.size(), &timeout, nullptr);
            if (ready == -1 && errno != EINTR) check(ready, "ppoll");
            for (std::size_t i = 0; i < fds.size(); ++i) {
                if (fds[i].revents == 0) continue;
                Person& person = people_[who[i]];
                if (person.pours) {
                    pour(person, fds[i].revents);
                } else {
                    hear(who[i]);
                }
            }
        }
    }

private:
    struct Person {
        Socket socket{};
        bool pours = false;  // and reads nothing
        bool reads = false;  // what it has poured, and comes back
        bool is_cut = false;

        short events() const {
            if (pours) return is_cut ? 0 : POLLOUT;
            return POLLIN;
        }
    };

    std::uint16_t connect(const std::string& who) {
        Socket& socket = people_[who].socket;
        socket = connect_to(server_);
        set_nonblocking(socket);
        Address mine = local_address(socket);
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &mine.storage, sizeof ipv4);
        return ntohs(ipv4.sin_port);
    }

    // As much as the server takes, until it takes no more.
    static void pour(Person& person, short events) {
        static const std::string much(1 << 16, 'x');
        try {
            person.is_cut = (events & (POLLERR | POLLHUP)) != 0;
            if (!person.is_cut) try_send(person.socket, much);
        } catch (const std::system_error&) {
            person.is_cut = true;  // since then
        }
    }

    // With Enter behind it; "Ctrl-D" is the end of the input.
    void type(std::string_view keys) {
        if (keys == "Ctrl-D") return process_.end_input();
        process_.type(std::string(keys) + '\n');
    }

    void hear(const std::string& who) {
        Person& person = people_[who];
        std::array<char, 65536> buffer;
        std::optional<std::size_t> count = try_receive(person.socket, buffer);
        if (!count) return;
        if (*count > 0 && person.reads) return;
        if (*count == 0 && !ends_) {
            throw std::runtime_error("the server hung up on " + who);
        }
        recording_.observed.push_back(
            {.who = who,
             .act = *count == 0 ? Act::end : Act::hear,
             .text = std::string(buffer.data(), *count),
             .at = now()});
        if (*count == 0) people_.erase(who);
    }

    ServerProcess& process_;
    Endpoint server_;
    Recording& recording_;
    std::map<std::string, Person> people_;
    bool ends_ = false;  // it was told to
};

Recording record(const Scene& scene, const Programs& programs) {
    Recording recording;
    recording.stage = scene.name();
    recording.beats = scene.beats;
    recording.beat = std::chrono::milliseconds(scene.milliseconds);
    for (const NamedTask& task : scene.tasks)
        recording.tasks.emplace_back(task.task, task.name);
    TraceMemory trace;
    ServerProcess program(programs.build / scene.stage / scene.program,
                          scene.argument, programs.recorder, trace);
    std::string port = scene.is_server() ? program.port() : "";
    recording.start = scene.is_server()
                          ? since_boot(Clock::now() + recording.beat)
                          : program.begin();
    People people(program, port, recording);
    Clock::time_point start{std::chrono::nanoseconds(recording.start)};
    for (const Step& step : scene.steps) {
        people.listen_until(start + step.beat * recording.beat);
        people.act(step);
    }
    people.listen_until(start + scene.beats * recording.beat);
    program.stop();
    recording.calls = trace.records();
    return recording;
}

}  // namespace

Timeline play(const Scene& scene, const Programs& programs) {
    std::optional<std::string> reason;
    for (int run = 0; run < kRuns; ++run) {
        Recording recording = record(scene, programs);
        reason = disturbance(recording);
        if (!reason) return canonical(recording);
    }
    throw std::runtime_error(fmt::format(
        "{}: this machine is too busy for a true picture: {}, {} times in a "
        "row",
        scene.name(), *reason, kRuns));
}

}  // namespace tincan::tour
