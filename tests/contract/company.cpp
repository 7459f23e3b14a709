// Properties of a server that has several clients at once, some of them bad.
#include "tests/contract/properties.hpp"

#include <fmt/core.h>

#include <sys/select.h>

#include <algorithm>

namespace tincan::contract {

using namespace std::chrono_literals;
using test::Clock;
using test::Failure;

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// The newcomer got no answer while somebody else was there, who has gone now.
// It must get one: then it only had to wait.
Observation only_waited(Trial& trial, Client& newcomer, std::string_view what) {
    trial.hear(newcomer);
    return {
        .holds = false,
        .sent = "hello, by a second client",
        .came = fmt::format("no answer for as long as the first one {}", what),
        .expected = "an answer at once"};
}

// What a client who floods the server and reads nothing does to it.
struct Flood {
    std::vector<Milliseconds> answers;  // how long the other one waited
    std::size_t growth = 0;             // of the server's peak memory
};

Flood flood(Trial& trial, Client& culprit, Client& other,
            const test::MemoryWatch& memory) {
    Flood seen;
    const std::string& babble = trial.subject().protocol->babble();
    const auto end = Clock::now() + 5s;
    while (Clock::now() < end) {
        culprit.try_send(babble);
        auto start = Clock::now();
        trial.talk(other);
        seen.answers.push_back(Clock::now() - start);
        if (seen.answers.size() % 256 != 0 && Clock::now() < end) continue;
        seen.growth = memory.growth();
        if (seen.growth > 64 << 20) break;  // proven; spare the machine
    }
    std::ranges::sort(seen.answers);
    return seen;
}

}  // namespace

Observation second_client(Trial& trial) {
    Client first = trial.guest();
    Client second(trial.endpoint());
    trial.hello(second);
    if (!second.has_answer(trial.patience())) {
        first.close();  // in order: a reset is another property
        return only_waited(trial, second, "is silent");
    }
    trial.hear(second);
    trial.talk(first);
    return {.holds = true};
}

Observation never_reads(Trial& trial) {
    Client culprit = trial.guest({.receive_buffer = 65536});
    for (int i = 0; i < 100; ++i)
        trial.talk(culprit);
    test::MemoryWatch memory(trial.server().process().pid());
    culprit.send_until_stuck(trial.subject().protocol->babble());
    Client other(trial.endpoint());
    trial.hello(other);
    if (!other.has_answer(trial.patience())) {
        culprit.reset();
        return only_waited(trial, other, "does not read its echo");
    }
    trial.hear(other);
    Flood seen = flood(trial, culprit, other, memory);

    Milliseconds middle = seen.answers[seen.answers.size() / 2];
    Milliseconds slowest = seen.answers.back();
    if (middle > 20ms * test::time_scale() ||
        slowest > 1000ms * test::time_scale()) {
        throw Failure(
            "for 5 s all that the server takes, without reading anything",
            fmt::format("another client's answers took {:.1f} ms, the slowest "
                        "{:.0f} ms",
                        middle.count(), slowest.count()),
            "that it notices nothing: 20 ms, the slowest 1000 ms at most");
    }
    if (kMemoryIsJudged && seen.growth > 1 << 20) {
        throw Failure(
            "for 5 s all that the server takes, without reading anything",
            fmt::format("the server's memory grew by {} KiB",
                        seen.growth / 1024),
            "1024 KiB at most: who does not read is not read from");
    }
    return {.holds = true};
}

Observation many_clients(Trial& trial) {
    constexpr std::size_t kClients = FD_SETSIZE + 76;
    std::vector<Client> served;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < kClients; ++i) {
        Client client(trial.endpoint(), {.source = test::load_address(i)});
        trial.hello(client);
        if (!client.has_answer(5s)) {
            throw Failure(fmt::format("hello, by client number {}", i + 1),
                          "neither an answer nor the end of the connection",
                          "one of them");
        }
        try {
            trial.hear(client);
            served.push_back(std::move(client));
        } catch (const Failure&) {
            ++refused;
        }
    }
    for (Client& client : served)
        trial.talk(client);
    if (refused == 0) return {.holds = true};

    Observation flaw{.holds = false,
                     .sent = fmt::format(
                         "hello, by {} clients one after the other", kClients),
                     .came = fmt::format("{} of them were served, {} cut off",
                                         served.size(), refused),
                     .expected = "an answer to each"};
    bool says_so = trial.foreign() || trial.server().process().out().find(
                                          "refused") != std::string::npos;
    if (served.size() < FD_SETSIZE - 24 || !says_so) {
        throw Failure(flaw.sent,
                      flaw.came + (says_so ? "" : ", without a word about it"),
                      "at least 1000 served, and a line for each refused");
    }
    served.back().half_close();
    served.back().expect_end();
    served.pop_back();
    Client successor = trial.guest();
    trial.talk(successor);
    return flaw;
}

// Clients who stay and say no more take up a pool's threads. The next one gets
// no answer until one of those leaves; who comes when the queue is full too
// gets another one.
Observation full_pool(Trial& trial) {
    // A thread that is free takes a client as soon as it gets a core.
    constexpr auto kAllAreTaken = 3s;
    constexpr std::size_t kMore = 32;
    std::vector<Client> served;
    Client waiting(trial.endpoint());
    for (trial.hello(waiting); waiting.has_answer(kAllAreTaken);) {
        trial.hear(waiting);
        served.push_back(std::exchange(waiting, Client(trial.endpoint())));
        if (served.size() == FD_SETSIZE) return {.holds = true};
        trial.hello(waiting);
    }
    std::vector<Client> more;
    while (more.size() < kMore) {
        more.emplace_back(trial.endpoint());
        trial.hello(more.back());
    }
    auto hears = [](const Client& client) { return client.has_answer(0ms); };
    test::eventually([&] { return std::ranges::any_of(more, hears); },
                     test::Deadline(5s));
    auto refused = std::ranges::find_if(more, hears);
    Observation flaw{.holds = false,
                     .sent = "hello, by clients one after the other",
                     .came = fmt::format("{} answers", served.size()),
                     .expected = "an answer to each"};
    if (refused == more.end() || refused->receive_to_end().empty()) {
        throw Failure(flaw.sent, flaw.came + " and not a word more",
                      "that those who can't even wait are told so");
    }
    served.clear();
    trial.hear(waiting);
    return flaw;
}

Observation reset(Trial& trial) {
    std::vector<Client> bystanders;
    if (!trial.kind().serial) bystanders.push_back(trial.guest());
    const Protocol& protocol = *trial.subject().protocol;
    for (int i = 0; i < 20; ++i) {
        Client(trial.endpoint()).reset();  // maybe before it is accepted
        Client in_between(trial.endpoint());
        trial.hello(in_between);  // its answer may be on the way
        in_between.reset();
        // More echo than can be delivered; in a chat that would be everybody's.
        Client stuffed = trial.guest();
        if (protocol.echoes()) stuffed.send_until_full(protocol.babble(), 5ms);
        stuffed.reset();
        // Has heard the end when the reset comes: send says EPIPE then.
        Client left(trial.endpoint());
        if (protocol.echoes())
            left.try_send(protocol.babble().substr(0, 60000));
    }
    for (Client& bystander : bystanders)
        trial.talk(bystander);
    bystanders.clear();
    Client newcomer = trial.guest();
    trial.talk(newcomer);
    return {.holds = true};
}

}  // namespace tincan::contract
