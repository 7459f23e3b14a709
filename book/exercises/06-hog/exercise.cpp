// One task computes, in rounds; another one would like to have its turn.
//
//   $ ./hog 3

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

// A piece of work that can't be interrupted: how many steps takes `number`
// to become 1?
unsigned long collatz(unsigned long number) {
    unsigned long steps = 0;
    for (; number != 1; ++steps)
        number = number % 2 == 0 ? number / 2 : 3 * number + 1;
    return steps;
}

Coro<unsigned long> compute(unsigned rounds) {
    unsigned long sum = 0;
    for (unsigned round = 1; round <= rounds; ++round) {
        for (unsigned long number = 1; number <= 10'000; ++number)
            sum += collatz(number);
        print_line("round {}", round);
        // #region starter
        // And on with the next one.
        // #endregion starter
        // #region solution
        co_await sleep(0s);
        // #endregion solution
    }
    co_return sum;
}

Coro<void> pulse() {
    for (;;) {
        print_line("pulse");
        co_await sleep(0s);
    }
}

Coro<void> both(unsigned rounds) {
    Task<void> other = create_task(pulse(), "pulse");
    co_await sleep(0s);
    unsigned long sum = co_await compute(rounds);
    print_line("the sum is {}", sum);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() != 1) throw UsageError("ROUNDS");
        auto rounds = parse_number<unsigned>(arguments[0]);
        if (!rounds) throw UsageError("ROUNDS");
        run(both(*rounds));
    });
}
