// A server with a fault, for load generators to find.
#pragma once

#include "01-blocking/connection.hpp"
#include "tests/support/client.hpp"

#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tincan::bench {

// `serve` is called for each connection, in a thread of
// its own, with the connection's number from 1. Must outlive its clients.
class WrongServer {
public:
    using Serve = std::function<void(const Socket&, int)>;

    explicit WrongServer(Serve serve)
        : serve_(std::move(serve)), accepting_([this] { accept_all(); }) {}
    ~WrongServer() {
        ::shutdown(listener_.fd(), SHUT_RDWR);  // accept returns
        accepting_.join();
    }

    Endpoint endpoint() const { return test::endpoint_of(listener_); }

private:
    void accept_all() {
        std::vector<std::jthread> threads;
        try {
            for (int number = 1;; ++number) {
                Arrival client = accept_client(listener_);
                threads.emplace_back(
                    [this, number, socket = std::move(client.socket)] {
                        serve_one(socket, number);
                    });
            }
        } catch (const std::system_error&) {
            // The listener is shut down: the test is over.
        }
    }

    void serve_one(const Socket& socket, int number) {
        try {
            serve_(socket, number);
        } catch (const std::system_error&) {
            // The load generator has found out, and cut the connection.
        }
    }

    Serve serve_;
    Socket listener_ = listen_on({"127.0.0.1", "0"});
    std::thread accepting_;
};

}  // namespace tincan::bench
