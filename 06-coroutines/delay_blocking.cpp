// Stage 6: why the keyboard can't be read the ordinary way here. The same
// program three times:
//
//   $ ./delay_blocking              no delay ever begins
//   $ ./delay_blocking yield        they begin, and end when you press Enter
//   $ ./delay_blocking thread       repaired: a thread waits for the keyboard
//
// Type numbers of seconds; Ctrl-D ends it, and prints how far they came.

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/delay.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSynopsis =
    "[--selector=select|poll|epoll] [yield|thread]";

struct Count {
    int asked_for = 0;
    int begun = 0;
    int finished = 0;
};

Coro<void> delay(std::chrono::seconds time, std::shared_ptr<Count> count) {
    ++count->begun;
    print_line("sleeping for {} second(s)", time.count());
    co_await sleep(time);
    ++count->finished;
    print_line("finished sleeping for {} second(s)", time.count());
}

// #region ask
// Holds up its thread until Enter is pressed; nothing at the end of input.
std::optional<std::string> ask_user() {
    fmt::print("Enter a time to sleep: ");
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
}

Coro<std::optional<std::string>> ask(std::string way) {
    // Lets all that is ready have its turn; then the thread is held up again.
    if (way == "yield") co_await sleep(0s);
    if (way != "thread") co_return ask_user();
    co_return co_await to_thread(ask_user);
}
// #endregion ask

// #region take_delays
Coro<void> take_delays(std::string way) {
    auto count = std::make_shared<Count>();
    TaskGroup delays;
    for (;;) {
        std::optional<std::string> line = co_await ask(way);
        if (!line) break;
        try {
            auto time = parse_delay(*line);
            ++count->asked_for;
            delays.create_task(delay(time, count));
        } catch (const std::invalid_argument& error) {
            print_line("{}", error.what());
        }
    }
    print_line("{} asked for, {} begun, {} finished", count->asked_for,
               count->begun, count->finished);
}
// #endregion take_delays

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments, kSynopsis);
        std::string way = arguments.empty() ? "blocking" : arguments[0];
        if (arguments.size() > 1 ||
            (!arguments.empty() && way != "yield" && way != "thread")) {
            throw UsageError(kSynopsis);
        }
        run(take_delays(way), selector);
    });
}
