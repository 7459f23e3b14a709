// A program under test: started with pipes for its stdin, stdout and stderr,
// which a thread drains, so that the program never waits for us; and ended
// with everything it started, whatever becomes of the test.
//
//   Process server({path, "0"});
//   std::string line = server.wait_for_line("listening on", Deadline(5s));
//   server.signal(SIGTERM);
//   std::optional<Exit> exit = server.wait_exit(Deadline(2s));
#pragma once

#include "01-blocking/socket.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/usage.hpp"

#include <sys/resource.h>
#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tincan::test {

using Command = std::vector<std::string>;

// "python3 server.py 8000", for messages.
std::string to_string(const Command& command);

struct ProcessOptions {
    std::map<std::string, std::string> environment{};  // added to our own
    std::string directory{};                           // empty: ours
    std::vector<std::pair<int, rlimit>> limits{};      // RLIMIT_NOFILE, ...
};

// How a program ended: by itself with `code`, or by `signal`.
struct Exit {
    int code = -1;
    int signal = 0;
};

// "exited with 1", "was ended by signal 15 (Terminated)"
std::string to_string(const Exit& exit);

// Forks and runs `command` in a process group of its own, with `descriptors`
// as its 0, 1 and 2 (every other one of ours is close-on-exec); with
// `terminal`, in a session of its own whose terminal is descriptor 0. It is
// killed when the thread that called this ends. Throws std::system_error if
// the program can't be run.
pid_t spawn(const Command& command, const ProcessOptions& options,
            const int (&descriptors)[3], bool terminal);

// The life of a spawned process: waits for its end, and sees to it.
class Child {
public:
    Child(const Command& command, const ProcessOptions& options,
          const int (&descriptors)[3], bool terminal);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    // Valid until `end`: an ended process is kept as a zombie.
    pid_t pid() const { return pid_; }
    void signal(int number) const;
    // How it ended, by itself or by `end`; nothing if it still runs at the
    // deadline.
    std::optional<Exit> wait_exit(Deadline deadline) const;
    bool running() const { return !wait_exit(Deadline({})); }
    // Those of its group whose parents have ended are our children now, and
    // would stay zombies.
    void reap_adopted() const;
    // SIGKILL to all that descends from it, and reaps. Does nothing the
    // second time.
    void end();

private:
    std::string tag_;  // in the environment of all that descends from it
    pid_t pid_;
    Socket pidfd_;              // readable when the process has ended
    std::optional<Exit> exit_;  // known after `end`
};

class Process {
public:
    explicit Process(Command command, const ProcessOptions& options = {});
    ~Process();

    const Command& command() const { return command_; }
    pid_t pid() const { return child_->pid(); }
    void signal(int number) const { child_->signal(number); }
    bool running() const { return child_->running(); }
    std::optional<Exit> wait_exit(Deadline deadline) const {
        return child_->wait_exit(deadline);
    }
    // Kills what still runs, and has read all that it printed.
    void end();

    // The next whole line of stdout that contains `text`, without its LF;
    // lines before it are passed over. Throws std::runtime_error with all
    // that was printed if it does not come in time, or can't come any more.
    std::string wait_for_line(std::string_view text, Deadline deadline);

    // All that was printed so far (the first 4 MiB of it).
    std::string out() const;
    std::string err() const;

    // To its stdin. Throws std::runtime_error if it is not taken in time.
    void write(std::string_view bytes, Deadline deadline);
    void close_stdin() { stdin_ = Socket(); }

    // What it uses now, with every process of its group.
    Usage usage() const {
        child_->reap_adopted();
        return measure_group(pid());
    }

private:
    class Drain;

    Command command_;
    Socket stdin_;
    std::unique_ptr<Child> child_;
    std::unique_ptr<Drain> drain_;
    std::size_t lines_end_ = 0;  // how far wait_for_line has read
};

}  // namespace tincan::test
