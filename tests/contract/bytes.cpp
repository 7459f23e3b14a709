// Properties of the bytes: all of them, unchanged, in order, and the end.
#include "tests/support/bytes.hpp"
#include "tests/contract/properties.hpp"
#include "tests/support/tcp_table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tincan::contract {

using namespace std::chrono_literals;
using test::binary_bytes;
using test::Deadline;
using test::describe;
using test::difference;
using test::Failure;

namespace {

constexpr std::size_t kMostGrowth = 2 << 20;  // Python takes whole MiBs

// Small buffers on our side: the server's unsent bytes pile up at the server.
const ClientOptions kNarrow{.receive_buffer = 65536, .send_buffer = 65536};

// Sends until every buffer between us, the server and us is full, and only
// then begins to read.
void exchange_when_all_is_full(Trial& trial) {
    const std::string bytes = binary_bytes(8 << 20);
    Client client(trial.endpoint(), kNarrow);
    client.exchange("ready?");
    test::MemoryWatch memory(trial.server().process().pid());
    std::size_t taken = client.send_until_stuck(bytes);
    client.exchange(bytes, taken);
    if (kMemoryIsJudged && memory.growth() > kMostGrowth) {
        throw Failure(
            describe(bytes) + ", and read no echo at first",
            fmt::format("the right bytes, but the server's memory grew by "
                        "{} KiB",
                        memory.growth() / 1024),
            "that it stops reading while its echo is not read: at most 2 MiB");
    }
}

// Waits until the server has taken every byte out of its kernel's hands: what
// is sent next is a piece of its own.
void wait_until_taken(Trial& trial, const Client& client) {
    bool taken = test::eventually(
        [&] {
            return test::unread_bytes(trial.server().port(), client.port()) ==
                   0;
        },
        Deadline(5s));
    if (!taken) throw Failure("one byte", "(not read)", "that it is read");
}

void send_in_pieces(Trial& trial, Client& client, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        client.send(bytes.substr(i, 1));
        wait_until_taken(trial, client);
    }
}

void expect_line(Client& client, std::string_view sent,
                 std::string_view ending) {
    std::string line = client.receive_line();
    if (!line.ends_with(ending)) {
        throw Failure(std::string(sent), describe(line),
                      "a line that ends with " + describe(ending));
    }
}

// All that comes to a client that has sent `bytes` must be of those.
void expect_none_of(std::string_view others, Client& client,
                    std::string_view bytes) {
    constexpr std::size_t kEnough = 8;  // no eight bytes are in both by chance
    client.half_close();
    std::string came = client.receive_to_any_end().bytes;
    auto at = static_cast<std::size_t>(std::ranges::mismatch(bytes, came).in1 -
                                       bytes.begin());
    std::string strange = came.substr(at, kEnough);
    if (strange.size() < kEnough ||
        others.find(strange) == std::string_view::npos) {
        return;
    }
    throw Failure(describe(bytes) + ", and other bytes by another client",
                  describe(came),
                  "the same bytes, none of the other client's; " +
                      difference(bytes, came));
}

}  // namespace

Observation answers(Trial& trial) {
    for (int i = 0; i < 2; ++i) {
        Client client = trial.guest();
        trial.talk(client);
        trial.talk(client);
    }
    return {.holds = true};
}

Observation echoes(Trial& trial) {
    for (std::size_t size : {1U, 2U, 1000U, 65536U, 1U << 20}) {
        Client client(trial.endpoint());
        client.exchange(binary_bytes(size));
    }
    exchange_when_all_is_full(trial);
    return {.holds = true};
}

Observation pieces(Trial& trial) {
    Client client(trial.endpoint());
    if (trial.subject().protocol->echoes()) {
        constexpr std::string_view kPieces = "one byte at a time\n";
        send_in_pieces(trial, client, kPieces);
        std::string came = client.receive(kPieces.size());
        if (came != kPieces) {
            throw Failure(describe(kPieces) + ", one byte at a time",
                          describe(came),
                          "the same bytes; " + difference(kPieces, came));
        }
        client.exchange("two messages\nin one piece\n");
        return {.holds = true};
    }
    send_in_pieces(trial, client, "CONNECT Pat\n");
    trial.hear(client);
    send_in_pieces(trial, client, "one byte at a time\n");
    while (client.receive_line() != "Pat: one byte at a time\n")
        continue;
    constexpr std::string_view kTwo = "two messages\nin one piece\n";
    client.send(kTwo);
    expect_line(client, describe(kTwo), ": two messages\n");
    expect_line(client, describe(kTwo), ": in one piece\n");
    return {.holds = true};
}

// The first client's echo is stuck in the middle of a send while the second
// one's bytes come in; what they have in common gets mixed then. That bytes are
// lost, or that the second has to wait, is no matter here.
Observation apart(Trial& trial) {
    const std::string ours = binary_bytes(8 << 20);
    const std::string theirs = binary_bytes(65536, 2);
    Client first(trial.endpoint(), kNarrow);
    std::size_t taken = first.send_until_stuck(ours);
    Client second(trial.endpoint());
    second.send(theirs);
    second.has_answer(trial.patience());
    expect_none_of(theirs, first, std::string_view(ours).substr(0, taken));
    expect_none_of(ours, second, theirs);
    return {.holds = true};
}

Observation half_close(Trial& trial) {
    if (trial.subject().protocol->echoes()) {
        const std::string bytes = binary_bytes(8 << 20);
        Client client(trial.endpoint(), kNarrow);
        std::size_t taken = client.send_until_stuck(bytes);
        client.half_close();
        std::string came = client.receive_to_end();
        std::string_view sent = std::string_view(bytes).substr(0, taken);
        if (came != sent) {
            throw Failure(
                describe(sent) + ", and half-closed before reading",
                describe(came),
                "the same bytes, then the end; " + difference(sent, came));
        }
    }
    Client client = trial.guest();
    constexpr std::string_view kLast = "the last words\n";
    client.send(kLast);
    client.half_close();
    std::string came = client.receive_to_end();
    if (came.find(kLast) == std::string::npos) {
        throw Failure(describe(kLast) + ", and half-closed",
                      describe(came) + ", then the end",
                      "the last words, then the end");
    }
    return {.holds = true};
}

}  // namespace tincan::contract
