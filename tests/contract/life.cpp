// Properties of the server's own life: in need, at its end, and after it.
#include "tests/contract/properties.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <optional>

namespace tincan::contract {

using namespace std::chrono_literals;
using test::Deadline;
using test::describe;
using test::difference;
using test::Exit;
using test::Failure;

namespace {

// More clients than there are descriptors for. Ours says so; of another
// server only time can tell that it has come to its limit.
std::vector<Client> overcrowd(Trial& trial, int limit) {
    auto open = static_cast<int>(trial.usage().descriptors);
    int too_many = std::max(limit - open, 0) + 5;
    std::vector<Client> crowd;
    for (int i = 0; i < too_many; ++i) {
        crowd.emplace_back(trial.endpoint());
        trial.hello(crowd.back());
    }
    if (trial.foreign()) {
        trial.watch(500ms, "more clients than it has descriptors for");
    } else {
        trial.server().process().wait_for_line("out of descriptors",
                                               Deadline(5s));
    }
    return crowd;
}

void expect_no_haste(Trial& trial) {
    Load load = measure_load(trial, 500ms);
    // On a busy machine even one who does little waits long for a core.
    if (load.wanted <= 0.5 || load.ran <= 0.1) return;
    throw Failure("more clients than it has descriptors for",
                  fmt::format("{:.0f} % of a core is used for nothing",
                              load.wanted * 100),
                  "that it waits a little before it accepts again");
}

void expect_guest(Trial& trial, const std::string& when) {
    try {
        // Before it, those are accepted who waited and have left again.
        Client guest = trial.guest({.patience = 10s});
        trial.talk(guest);
    } catch (const Failure& failure) {
        throw Failure(failure.sent + ", " + when, failure.came,
                      failure.expected);
    }
}

std::string name_of(const Client::Ending& ending) {
    if (ending.how == Client::Ending::reset) return "a reset";
    if (ending.how == Client::Ending::in_order) return "the end";
    return "neither more nor the end";
}

// A client whose echo has filled everything between it and the server.
class Jam {
public:
    explicit Jam(Trial& trial)
        : bytes_(test::binary_bytes(8 << 20)),
          client_(trial.endpoint(),
                  {.receive_buffer = 65536, .send_buffer = 65536}),
          sent_(client_.send_until_stuck(bytes_)) {
        std::size_t waiting =
            client_.unacknowledged() +
            test::unread_bytes(trial.server().port(), client_.port());
        begun_ = sent_ - std::min(sent_, waiting);
    }

    // How many bytes of echo the server had begun with.
    std::size_t begun() const { return begun_; }
    std::string sent() const {
        return describe(std::string_view(bytes_).substr(0, sent_)) +
               ", then SIGTERM to the server";
    }

    // Reads to the end; returns what the client missed, in words. Nothing if
    // all that was begun has come, and an end of stream behind it.
    std::string missed() {
        Client::Ending ending = client_.receive_to_any_end();
        const std::string& came = ending.bytes;
        if (!bytes_.starts_with(came)) {
            throw Failure(sent(), describe(came),
                          "what was sent; " + difference(bytes_, came));
        }
        bool in_order = ending.how == Client::Ending::in_order;
        if (came.size() >= begun_ && in_order) return "";
        return fmt::format("{} bytes of echo, then {}", came.size(),
                           name_of(ending));
    }

private:
    std::string bytes_;
    Client client_;
    std::size_t sent_;
    std::size_t begun_;
};

// The end that SIGTERM brought. Throws a Failure if none came in time.
Exit end_of(Trial& trial, const std::string& sent) {
    auto grace = trial.subject().grace;
    auto exit = trial.server().process().wait_exit(Deadline(grace + 1s));
    if (!exit) {
        throw Failure(sent, "the server still runs",
                      fmt::format("that it ends within {} s", grace / 1s));
    }
    return *exit;
}

struct Ending {
    std::string sent;
    std::size_t begun = 0;  // bytes of echo, before the signal
    std::string missed{};   // by the client; empty: nothing
    bool stopped_listening = false;
    Exit exit{};

    bool in_good_order() const {
        return missed.empty() && stopped_listening && exit.code == 0;
    }
};

// The end it comes to with a client that waits for its last bytes.
Ending end_with_a_reader(Trial& trial) {
    Ending ending{.sent = "SIGTERM to the server"};
    std::optional<Jam> jam;
    std::optional<Client> reader;
    if (trial.subject().protocol->echoes()) {
        jam.emplace(trial);
        ending.sent = jam->sent();
        ending.begun = jam->begun();
    } else {
        reader = trial.guest();
    }
    trial.server().process().signal(SIGTERM);
    ending.stopped_listening = test::eventually(
        [&] { return !test::is_listening(trial.server().port()); },
        Deadline(1s));
    if (jam) ending.missed = jam->missed();
    if (reader) {
        Client::Ending its_end = reader->receive_to_any_end();
        if (its_end.how != Client::Ending::in_order) {
            ending.missed = name_of(its_end);
        }
    }
    ending.exit = end_of(trial, ending.sent);
    return ending;
}

Observation observation_of(const Ending& ending) {
    return {.holds = ending.in_good_order(),
            .sent = ending.sent,
            .came = fmt::format(
                "{}; the server {}{}",
                ending.missed.empty() ? "all of the echo" : ending.missed,
                to_string(ending.exit),
                ending.stopped_listening ? "" : ", listening until then"),
            .expected =
                fmt::format("{} bytes of echo at least, then the end; and that "
                            "it exits with 0",
                            ending.begun)};
}

}  // namespace

Observation descriptors(Trial& trial) {
    std::optional<Client> regular;
    if (!trial.kind().serial) regular = trial.guest();
    pid_t group = trial.server().process().pid();
    int enough = test::highest_descriptor(group) + 100;
    int limit = test::highest_descriptor(group) + (trial.kind().serial ? 1 : 4);
    test::limit_descriptors(group, limit);
    // A blocking accept has its descriptor before it has a client.
    if (trial.kind().serial) expect_guest(trial, "the last before the limit");
    {
        std::vector<Client> crowd = overcrowd(trial, limit);
        if (regular) trial.talk(*regular);
        if (trial.kind().idles) expect_no_haste(trial);
    }
    // One who serves a single client may have no descriptor even for that.
    if (trial.kind().serial) test::limit_descriptors(group, enough);
    expect_guest(trial, "after the clients that were too many have left");
    test::limit_descriptors(group, enough);
    expect_guest(trial, "after that");
    return {.holds = true};
}

Observation restarts(Trial& trial) {
    std::uint16_t port = trial.server().port();
    {
        Client guest = trial.guest();
        trial.kill();
        guest.receive_to_any_end();
    }
    // Its side closed first: the kernel keeps that connection for a minute.
    bool remembered = test::eventually(
        [&] {
            return std::ranges::any_of(
                test::sockets_on(port), [](const test::TcpSocket& socket) {
                    return socket.state == test::TcpState::time_wait;
                });
        },
        Deadline(5s));
    if (!remembered) {
        throw Failure("a server's sudden end with a client connected",
                      "no connection in TIME_WAIT on its port",
                      "one: otherwise this test shows nothing");
    }
    trial.restart();
    expect_guest(trial, "to the new server on the same port");
    return {.holds = true};
}

Observation sigterm(Trial& trial) {
    Ending ending = end_with_a_reader(trial);
    Observation seen = observation_of(ending);
    if (!seen.holds) {
        // The book says that the signal ends ours where they are. How bad
        // somebody else's end is does not matter.
        bool cut_off = ending.exit.signal == SIGTERM && !ending.missed.empty();
        if (cut_off || trial.foreign()) return seen;
        throw Failure(seen.sent, seen.came, seen.expected);
    }
    Trial second(trial);
    Client never_reads = second.guest({.receive_buffer = 65536});
    never_reads.send_until_stuck(second.subject().protocol->babble());
    second.server().process().signal(SIGTERM);
    std::string sent = "more than its client reads, then SIGTERM";
    Exit exit = end_of(second, sent);
    if (exit.code != 0) {
        throw Failure(sent, "the server " + to_string(exit),
                      "that it gives that client up and exits with 0");
    }
    return seen;
}

}  // namespace tincan::contract
