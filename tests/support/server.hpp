// A server under test: started on a port of its own, and known to listen.
#pragma once

#include "01-blocking/address.hpp"
#include "tests/support/process.hpp"

#include <cstdint>

namespace tincan::test {

// Puts `port` where a part of the command says {port}.
Command with_port(const Command& command, std::uint16_t port);

class Server {
public:
    // One of ours: `command` with {port} for the port, which is 0 (the system
    // chooses) unless told otherwise. Throws std::runtime_error if no line
    // "listening on HOST:PORT" comes.
    static Server ours(const Command& command, const ProcessOptions& = {},
                       std::uint16_t port = 0);

    // Anybody's, which need not print anything: a free port takes the place
    // of {port}, and the kernel knows when it listens there. Throws
    // std::runtime_error if that does not happen.
    static Server foreign(const Command& command, const ProcessOptions& = {});
    static Server foreign_on(std::uint16_t port, const Command& command,
                             const ProcessOptions& = {});

    Endpoint endpoint() const { return {host_, std::to_string(port_)}; }
    std::uint16_t port() const { return port_; }
    Process& process() const { return *process_; }

private:
    Server(std::unique_ptr<Process> process, std::string host,
           std::uint16_t port)
        : process_(std::move(process)), host_(std::move(host)), port_(port) {}

    std::unique_ptr<Process> process_;
    std::string host_;
    std::uint16_t port_;
};

}  // namespace tincan::test
