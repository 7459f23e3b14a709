// A program of one stage, run with the recorder in it.
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
    // When the first one was entered; 0: there is none yet.
    std::int64_t begin() const;

private:
    Socket file_;  // a memfd, but its descriptor is closed like a socket's
    void* memory_;
};

// Runs until stop or the destructor; also ended by the kernel when this
// program ends in whatever way.
class ServerProcess {
public:
    // Starts `program` with one argument or none. Throws std::runtime_error if
    // it is not there.
    ServerProcess(const std::filesystem::path& program,
                  std::string_view argument,
                  const std::filesystem::path& recorder,
                  const TraceMemory& trace);
    ~ServerProcess() { stop(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    // Waits until it listens and returns its port. Throws std::runtime_error,
    // saying why, if it does not.
    std::string port();
    // Waits until it does anything that is recorded, and returns when it did.
    std::int64_t begin();

    void type(std::string_view text);
    void end_input() { input_ = Socket(); }
    void signal(int number) const;
    void stop();

private:
    std::string name_;
    const TraceMemory& trace_;
    pid_t pid_ = -1;
    Socket input_;   // its stdin
    Socket output_;  // its stdout, kept open: it may go on printing
};

}  // namespace tincan::tour
