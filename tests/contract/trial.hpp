// What a property needs to look at a server: the server, freshly started, a
// way to be its client, and what its kind is expected to do.
#pragma once

#include "tests/contract/protocol.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tincan::contract {

using test::Client;
using test::ClientOptions;
using test::Command;
using test::kMemoryIsJudged;
using test::Server;

// Does a kind of server have a property? `no` is a lesson of the book;
// `unasked` where the question makes no sense.
enum class Expectation { unasked, no, yes };

// What was seen of it. `flaw` is just what the book says of servers without
// the property; any other way not to have it is a Failure, thrown.
struct Observation {
    bool holds = false;
    std::string sent{};
    std::string came{};      // or: what was measured
    std::string expected{};  // of a server that has the property
};

struct Subject {
    Command command;  // with {port}
    bool foreign = false;
    const Protocol* protocol = nullptr;
    std::chrono::milliseconds grace{2000};  // from SIGTERM to the end

    Server start(std::uint16_t port = 0) const;
};

// What is known of the server's kind before it is tried.
struct Kind {
    bool has_it = true;   // the property that is tried
    bool serial = false;  // it serves one client at a time
    bool idles = true;    // it sleeps when there is nothing to do
};

class Trial {
public:
    Trial(const Subject& subject, Kind kind);
    // The same with another server, started afresh.
    Trial(const Trial& other) : Trial(other.subject_, other.kind_) {}
    Trial& operator=(const Trial&) = delete;

    const Subject& subject() const { return subject_; }
    const Server& server() const { return server_; }
    Endpoint endpoint() const { return server_.endpoint(); }
    const Kind& kind() const { return kind_; }
    bool foreign() const { return subject_.foreign; }

    // Says hello as a newcomer and waits for the answer, in two steps for
    // servers that may not answer.
    void hello(Client& client) { subject_.protocol->hello(client, next_++); }
    void hear(Client& client) { subject_.protocol->hear(client); }
    // One message and its answer.
    void talk(Client& client) { subject_.protocol->talk(client, next_++); }
    // A client that has been greeted.
    Client guest(ClientOptions options = {});

    // How long to wait for an answer that comes if the property holds: long
    // where it should, briefly where the lesson is that it does not.
    std::chrono::milliseconds patience() const;

    test::Usage usage() const { return server_.process().usage(); }
    // Lets `time` pass after `sent`; throws a Failure if the server ends
    // meanwhile.
    void watch(std::chrono::milliseconds time,
               const std::string& sent = "nothing");
    // The end of this server; another one on the same port.
    void kill();
    void restart();
    // How the server ended, if it did so by itself, by now or within `wait`.
    std::optional<test::Exit> death(std::chrono::milliseconds wait) const;

private:
    const Subject& subject_;
    Server server_;
    Kind kind_;
    unsigned next_ = 1;
    bool killed_ = false;  // by us
};

// How much of the processor the server uses while `time` passes.
struct Load {
    double ran;     // in cores
    double wanted;  // the same, and its waiting for a core that others had
};

Load measure_load(Trial& trial, std::chrono::milliseconds time);

}  // namespace tincan::contract
