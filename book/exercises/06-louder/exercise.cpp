// Prints its input in upper case; a child does the work.
//
//   $ echo hello | ./louder

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <cstdio>
#include <string>

using namespace tincan;

namespace {

Coro<std::string> read_all(StreamReader from) {
    std::string all;
    for (;;) {
        std::string_view bytes = co_await from.read();
        if (bytes.empty()) co_return all;
        all += bytes;
    }
}

// #region starter
Coro<std::string> louder(std::string text) {
    SubprocessOptions pipes{.in = Stdio::pipe, .out = Stdio::pipe};
    Process tr = create_subprocess_shell("exec tr a-z A-Z", pipes);
    while (!text.empty()) {
        tr.in().write(text.substr(0, 4096));
        co_await tr.in().drain();
        text.erase(0, 4096);
    }
    tr.in().write_eof();
    co_return co_await read_all(tr.out());
}
// #endregion starter
// #region solution
Coro<std::string> louder(std::string text) {
    SubprocessOptions pipes{.in = Stdio::pipe, .out = Stdio::pipe};
    Process tr = create_subprocess_shell("exec tr a-z A-Z", pipes);
    auto [out, err] = co_await tr.communicate(std::move(text));
    co_return out;
}
// #endregion solution

Coro<void> print_louder() {
    std::string text = co_await louder(co_await read_all(connect_stdin()));
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        run(print_louder());
    });
}
