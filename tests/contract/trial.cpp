#include "tests/contract/trial.hpp"

#include <fmt/core.h>

namespace tincan::contract {

using namespace std::chrono_literals;

Server Subject::start(std::uint16_t port) const {
    if (!foreign) return Server::ours(command, {}, port);
    if (port == 0) return Server::foreign(command);
    return Server::foreign_on(port, command);
}

Trial::Trial(const Subject& subject, Kind kind)
    : subject_(subject), server_(subject.start()), kind_(kind) {}

Client Trial::guest(ClientOptions options) {
    Client client(endpoint(), std::move(options));
    hello(client);
    hear(client);
    return client;
}

std::chrono::milliseconds Trial::patience() const {
    return kind_.has_it ? 5000ms : 500ms;
}

void Trial::watch(std::chrono::milliseconds time, const std::string& sent) {
    auto exit = server_.process().wait_exit(test::Deadline(time));
    if (exit) {
        throw test::Failure(sent, "the server " + to_string(*exit),
                            "that it goes on serving");
    }
}

void Trial::kill() {
    killed_ = true;
    server_.process().end();
}

void Trial::restart() {
    try {
        server_ = subject_.start(server_.port());
        killed_ = false;
    } catch (const std::runtime_error& error) {
        throw test::Failure(
            "nothing; the server was killed, and then started again",
            error.what(), "that it listens on the same port again");
    }
}

std::optional<test::Exit> Trial::death(std::chrono::milliseconds wait) const {
    if (killed_) return std::nullopt;
    return server_.process().wait_exit(test::Deadline(wait));
}

Load measure_load(Trial& trial, std::chrono::milliseconds time) {
    // The clock runs while both counts are taken: on a busy machine that may
    // take long, and one thread must never seem to be more than one.
    auto start = test::Clock::now();
    test::Usage before = trial.usage();
    trial.watch(time);
    test::Usage after = trial.usage();
    std::chrono::duration<double> elapsed = test::Clock::now() - start;
    return {.ran = (after.cpu - before.cpu) / elapsed,
            .wanted = (after.runnable - before.runnable) / elapsed};
}

}  // namespace tincan::contract
