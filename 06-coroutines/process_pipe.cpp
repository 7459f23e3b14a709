// Stage 6: feeds a child and reads from it at the same time.
//
//   $ ./process_pipe                    a script for python3, and what it
//   prints $ seq 5 | ./process_pipe 'tac; echo done'     our stdin for a shell
//   command
//
// Ends as the command ends, 128 + N if signal N ended it.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace tincan;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [SHELL-COMMAND]";

constexpr std::string_view kScript = R"(import math
x = 2 ** 8
y = math.sqrt(x)
z = math.sqrt(y)
print("x: %d" % x)
print("y: %d" % y)
print("z: %d" % z)
for i in range(int(z)):
    print("i: %d" % i)
)";

// #region feed
// All of our stdin. A child that reads no more of it may do so: the end of
// what it prints will tell.
Coro<void> copy_stdin(StreamWriter to) {
    StreamReader input = connect_stdin();
    for (;;) {
        std::string_view bytes = co_await input.read();
        if (bytes.empty()) co_return;
        to.write(bytes);
        co_await to.drain();
    }
}

Coro<void> feed(StreamWriter to, bool with_script) {
    try {
        if (with_script) {
            to.write(kScript);
            co_await to.drain();
        } else {
            co_await copy_stdin(to);
        }
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::broken_pipe) throw;
    }
    to.write_eof();  // without it the child would wait for more
}
// #endregion feed

// A line, or a piece of one that is too long to keep.
Coro<std::string_view> next_line(StreamReader from) {
    try {
        co_return co_await from.readline();
    } catch (const LimitOverrun&) {
    }
    co_return co_await from.read();
}

Coro<void> print_lines(StreamReader from) {
    for (;;) {
        std::string_view line = co_await next_line(from);
        if (line.empty()) co_return;
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fflush(stdout);
    }
}

// #region run_command
// Were the two done one after the other, a child that prints before it has read
// everything would fill its pipe and wait for us while we wait for it.
Coro<int> run_command(std::string command, bool with_script) {
    Process process = create_subprocess_shell(
        command, {.in = Stdio::pipe, .out = Stdio::pipe});
    Task<void> feeding = EventLoop::running().create_task(
        feed(process.in(), with_script), "feed");
    co_await print_lines(process.out());
    int code = co_await process.wait();
    // A child that has ended needs no more, even if we have more.
    if (feeding.done()) feeding.result();
    co_return code;
}
// #endregion run_command

}  // namespace

int main(int argc, char** argv) {
    int code = 0;
    int status = run_program(argc, argv, [&](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        if (arguments.size() > 1) throw UsageError(kSynopsis);
        bool with_script = arguments.empty();
        code = run(
            run_command(with_script ? "python3" : arguments[0], with_script),
            selector);
    });
    if (status != 0) return status;
    return code < 0 ? 128 - code : code;
}
