// Stage 6: sleeps for as long as you type, and takes the next number meanwhile.
//
//   $ ./delay_stdin          then: 5, Enter, 4, Enter, 3, Enter; Ctrl-D ends it
//   $ printf '2\n1\n' | ./delay_stdin
//
// Type slowly, and a delay that ends will tear your line apart: the terminal
// shows what you type, this program prints, and neither knows of the other.
// Only the picture is torn, the line arrives whole. delay_screen does better.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/delay.hpp"
#include "06-coroutines/tincan/tincan.hpp"

using namespace tincan;

namespace {

// #region delay
Coro<void> delay(std::chrono::seconds time) {
    print_line("sleeping for {} second(s)", time.count());
    co_await sleep(time);
    print_line("finished sleeping for {} second(s)", time.count());
}

void start_delay(TaskGroup& delays, std::string_view line) {
    try {
        if (delays.size() == kMostDelays) {
            throw std::invalid_argument("too many delays at once");
        }
        delays.create_task(delay(parse_delay(line)));
    } catch (const std::invalid_argument& error) {
        print_line("{}", error.what());
    }
}

// Until the input ends, and then until the last delay has.
Coro<void> take_lines() {
    StreamReader input = connect_stdin();
    TaskGroup delays;
    for (;;) {
        std::string_view line = co_await input.readline();
        if (line.empty()) break;
        start_delay(delays, line);
    }
    co_await delays.join();
}
// #endregion delay

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        run(take_lines(), only_selector_argument(arguments));
    });
}
