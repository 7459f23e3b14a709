// Fetches three things that have nothing to do with each other.
//
//   $ ./together

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

Coro<std::string> fetch(std::string what, Duration time) {
    print_line("goes for {}", what);
    co_await sleep(time);
    print_line("has {}", what);
    co_return what;
}

Coro<void> fetch_all() {
    // #region starter
    std::string water = co_await fetch("water", 300ms);
    std::string tea = co_await fetch("tea", 100ms);
    std::string milk = co_await fetch("milk", 200ms);
    // #endregion starter
    // #region solution
    auto [water, tea, milk] = co_await gather(
        fetch("water", 300ms), fetch("tea", 100ms), fetch("milk", 200ms));
    // #endregion solution
    print_line("all: {}, {}, {}", water, tea, milk);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        run(fetch_all());
    });
}
