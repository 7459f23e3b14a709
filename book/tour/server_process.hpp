// A server of one stage, run with the recorder in it.
#pragma once

#include "01-blocking/socket.hpp"
#include "book/tour/trace.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tincan::tour {

// Memory that a recorder can be given.
class TraceMemory {
public:
    TraceMemory();
    ~TraceMemory();
    TraceMemory(const TraceMemory&) = delete;
    TraceMemory& operator=(const TraceMemory&) = delete;

    int fd() const { return file_.fd(); }
    // Throws std::runtime_error if there was not room for all.
    std::vector<Record> records() const;

private:
    Socket file_;  // a memfd, but its descriptor is closed like a socket's
    void* memory_;
};

// Runs until stop or the destructor; also ended by the kernel when this
// program ends in whatever way.
class ServerProcess {
public:
    // Starts `program` on a port that the kernel chooses and waits until it
    // listens. Throws std::runtime_error, saying why, if it does not.
    ServerProcess(const std::filesystem::path& program,
                  const std::filesystem::path& recorder,
                  const TraceMemory& trace);
    ~ServerProcess() { stop(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    const std::string& port() const { return port_; }
    void stop();

private:
    void wait_until_it_listens();

    std::string name_;
    pid_t pid_ = -1;
    Socket output_;  // its stdout, kept open: it may go on printing
    std::string port_;
};

}  // namespace tincan::tour
