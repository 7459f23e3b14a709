// Stage 6: how a coroutine calls another one, two ways: with the runtime's
// pump, and by symmetric transfer. The same million calls, and their price.
//
//   $ ./awaits_O2 pump
//   $ ./awaits_O2 symmetric
//   $ ./awaits_O0 symmetric     meant to end badly, in a process of its own
//
// It is compiled three times: without optimisation (O0), with it (O2), and
// with it and the address sanitizer (asan).

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/symmetric.hpp"
#include "06-coroutines/tincan/coro.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>

using namespace tincan;

namespace {

constexpr const char* kSynopsis = "pump|symmetric [CALLS]   (default: 1000000)";

// #region calls
Coro<void> nothing() {
    co_return;
}
Coro<void> call_by_pump(unsigned calls) {
    for (; calls > 0; --calls)
        co_await nothing();
}

Symmetric symmetric_nothing() {
    co_return;
}
Symmetric call_symmetrically(unsigned calls) {
    for (; calls > 0; --calls)
        co_await symmetric_nothing();
}
// #endregion calls

// #region bare_pump
// A task reduced to its stack: there is no loop to wake it, and nothing here
// waits for one.
class BarePump final : public Pump {
public:
    void run(Coro<void> coro) {
        push(coro.frame());
        resume();
    }
    void wake() override {}
};
// #endregion bare_pump

void call(const std::string& how, unsigned calls) {
    auto start = std::chrono::steady_clock::now();
    if (how == "pump") {
        BarePump().run(call_by_pump(calls));
    } else {
        call_symmetrically(calls).start();
    }
    std::chrono::duration<double, std::nano> spent =
        std::chrono::steady_clock::now() - start;
    print_line("{} calls by {}: {:.1f} ns each", calls, how,
               spent.count() / calls);
}

// #region in_a_child
// Runs `function` where an overflow harms nobody: in a child process with the
// usual stack of 8 MiB, and without a core dump.
template <typename Function>
void in_a_child(Function function) {
    pid_t child = check(::fork(), "fork");
    if (child == 0) {
        rlimit stack{8 << 20, 8 << 20};
        rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_STACK, &stack);
        ::setrlimit(RLIMIT_CORE, &no_core);
        // The address sanitizer's handler would make something else of it.
        std::signal(SIGSEGV, SIG_DFL);
        function();
        ::_exit(0);
    }
    int status = 0;
    check(::waitpid(child, &status, 0), "waitpid");
    if (WIFSIGNALED(status)) {
        print_line("the process was ended by signal {}, {}: stack overflow",
                   WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    }
}
// #endregion in_a_child

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.size() == 1) arguments.push_back("1000000");
        if (arguments.size() != 2) throw UsageError(kSynopsis);
        auto calls = parse_number<unsigned>(arguments[1]);
        bool known = arguments[0] == "pump" || arguments[0] == "symmetric";
        if (!known || calls.value_or(0) == 0) throw UsageError(kSynopsis);
        in_a_child([&] { call(arguments[0], *calls); });
    });
}
