#include "book/tour/scenario.hpp"

#include "01-blocking/connection.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "book/tour/canonical.hpp"
#include "book/tour/server_process.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <stdexcept>

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
    People(const std::string& port, Recording& recording)
        : server_{"127.0.0.1", port}, recording_(recording) {}

    void act(const Step& step) {
        // Noted first: what the server does comes after it.
        Observed& seen = recording_.observed.emplace_back(
            Observed{.who = std::string(step.who),
                     .act = step.act,
                     .text = std::string(step.text),
                     .at = now(),
                     .beat = step.beat});
        Socket& socket = sockets_[seen.who];
        switch (step.act) {
            case Act::connect: {
                socket = connect_to(server_);
                set_nonblocking(socket);
                Address mine = local_address(socket);
                sockaddr_in ipv4{};
                std::memcpy(&ipv4, &mine.storage, sizeof ipv4);
                seen.port = ntohs(ipv4.sin_port);
                break;
            }
            case Act::say:
                send_all(socket, step.text);
                break;
            case Act::leave:
                socket = Socket();
                break;
            case Act::hear:
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
            std::vector<pollfd> fds;
            for (const auto& [who, socket] : sockets_) {
                fds.push_back({socket.fd(), POLLIN, 0});
            }
            int ready = ::ppoll(fds.data(), fds.size(), &timeout, nullptr);
            if (ready == -1 && errno != EINTR) check(ready, "ppoll");
            auto report = fds.begin();
            for (const auto& [who, socket] : sockets_) {
                if ((report++)->revents != 0) hear(who, socket);
            }
        }
    }

private:
    void hear(const std::string& who, const Socket& socket) {
        std::array<char, 4096> buffer;
        std::optional<std::size_t> count = try_receive(socket, buffer);
        if (count == 0) {
            throw std::runtime_error("the server hung up on " + who);
        }
        if (!count) return;
        recording_.observed.push_back(
            {.who = who,
             .act = Act::hear,
             .text = std::string(buffer.data(), *count),
             .at = now()});
    }

    Endpoint server_;
    Recording& recording_;
    std::map<std::string, Socket> sockets_;
};

Recording record(const Scene& scene, const Programs& programs) {
    Recording recording;
    recording.stage = scene.stage;
    recording.beats = scene.beats;
    TraceMemory trace;
    ServerProcess server(programs.build / scene.stage / scene.program,
                         programs.recorder, trace);
    People people(server.port(), recording);
    auto start = Clock::now() + recording.beat;
    recording.start = since_boot(start);
    for (const Step& step : scene.steps) {
        people.listen_until(start + step.beat * recording.beat);
        people.act(step);
    }
    people.listen_until(start + scene.beats * recording.beat);
    server.stop();
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
        scene.stage, *reason, kRuns));
}

}  // namespace tincan::tour
