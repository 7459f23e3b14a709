// Properties that are measured: processor, threads, memory.
#include "tests/contract/properties.hpp"

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <exception>
#include <thread>

namespace tincan::contract {

using namespace std::chrono_literals;
using test::Deadline;
using test::Failure;
using test::Usage;

namespace {

// Connections one after the other, each ended in good order.
void visit(Trial& trial, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
        Client client = trial.guest({.source = test::load_address(i)});
        trial.talk(client);
        client.half_close();
        client.receive_to_end();
    }
}

// True once the server has as many descriptors and threads as `before`.
bool back_to(const Usage& before, Trial& trial,
             std::chrono::milliseconds patience) {
    return test::eventually(
        [&] {
            Usage now = trial.usage();
            return now.descriptors == before.descriptors &&
                   now.threads == before.threads;
        },
        Deadline(patience));
}

void expect_back_to(const Usage& before, Trial& trial) {
    if (back_to(before, trial, 5s)) return;
    Usage now = trial.usage();
    throw Failure("1000 connections, one after the other",
                  fmt::format("{} descriptors and {} threads", now.descriptors,
                              now.threads),
                  fmt::format("{} and {}, as before", before.descriptors,
                              before.threads));
}

// A client that leaves the server no rest until it is `enough`; returns what
// went wrong, if anything did.
std::exception_ptr keep_busy(const Trial& trial, unsigned number,
                             const std::atomic<bool>& enough) {
    const Protocol& protocol = *trial.subject().protocol;
    try {
        Client client(trial.endpoint(), {.patience = 20s});
        protocol.hello(client, 1000 + number);
        protocol.hear(client);
        while (!enough)
            protocol.toil(client, number);
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

Observation idle(Trial& trial) {
    std::vector<Client> silent;
    for (std::size_t i = 0; i < 100; ++i) {
        silent.emplace_back(trial.endpoint(),
                            ClientOptions{.source = test::load_address(i)});
    }
    // The first stretch of time may still have the accepting in it.
    Load load{};
    for (int i = 0; i < 3; ++i) {
        load = measure_load(trial, 2s);
        if (load.ran <= 0.01) return {.holds = true};
        if (i > 0 && load.wanted >= 0.25) {
            return {.holds = false,
                    .sent = "nothing, by 100 clients",
                    .came = fmt::format("{:.0f} % of a core was used",
                                        load.ran * 100),
                    .expected = "1 % at most"};
        }
    }
    throw Failure("nothing, by 100 clients",
                  fmt::format("{:.1f} % of a core was used", load.ran * 100),
                  "1 % at most");
}

Observation threads(Trial& trial) {
    constexpr std::size_t kClients = 50;
    std::vector<Client> first;
    first.push_back(trial.guest());
    std::size_t before = trial.usage().threads;
    std::vector<Client> more;
    for (std::size_t i = 0; i < kClients; ++i) {
        more.emplace_back(trial.endpoint());
        trial.hello(more.back());
        if (!trial.kind().serial) trial.hear(more.back());
    }
    if (trial.kind().serial) trial.watch(200ms);
    std::size_t after = trial.usage().threads;
    Observation seen{
        .holds = after <= before,
        .sent = fmt::format("hello, by {} clients more", kClients),
        .came = fmt::format("{} threads before, {} after", before, after),
        .expected = "as many threads as before"};
    if (!seen.holds && after < before + kClients) {
        throw Failure(seen.sent, seen.came, seen.expected);
    }
    return seen;
}

Observation leaks(Trial& trial) {
    Usage fresh = trial.usage();
    visit(trial, 1);
    // Some open or start things with the first client, and keep them.
    if (!back_to(fresh, trial, 1s)) fresh = trial.usage();
    visit(trial, 999);
    expect_back_to(fresh, trial);
    const pid_t pid = trial.server().process().pid();
    std::size_t before = test::anonymous_memory(pid);
    visit(trial, 1000);
    expect_back_to(fresh, trial);
    std::size_t after = test::anonymous_memory(pid);
    if (kMemoryIsJudged && after > before + 65536) {
        throw Failure(
            "1000 connections, after 1000 others",
            fmt::format("memory grew by {} KiB", (after - before) / 1024),
            "64 KiB at most");
    }
    return {.holds = true};
}

Observation cores(Trial& trial) {
    constexpr double kTwoCores = 1.3;
    std::atomic<bool> enough = false;
    std::array<std::exception_ptr, 16> troubles;
    Load load{};
    {
        std::vector<std::jthread> clients;
        for (unsigned i = 0; i < troubles.size(); ++i) {
            clients.emplace_back(
                [&, i] { troubles[i] = keep_busy(trial, i, enough); });
        }
        // The clients may need their time to get going.
        int attempts = trial.kind().has_it ? 5 : 1;
        while (attempts-- > 0 && load.wanted < kTwoCores)
            load = measure_load(trial, 1000ms);
        enough = true;
    }
    for (const std::exception_ptr& trouble : troubles) {
        if (trouble) std::rethrow_exception(trouble);
    }
    Observation seen{.holds = load.wanted >= kTwoCores,
                     .sent = "all that sixteen clients can send",
                     .came = fmt::format("work for {:.2f} cores", load.wanted),
                     .expected = "work for 1.3 cores at least"};
    if (!seen.holds && load.wanted > 1.1) {
        throw Failure(seen.sent, seen.came, seen.expected);
    }
    return seen;
}

}  // namespace tincan::contract
