// Nine jobs share two printers; every third one fails.
//
//   $ ./lease

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

using Printers = Queue<std::string>;

// #region solution
// A printer that nobody else has; it goes back when this goes.
class Lease {
public:
    Lease(Printers& printers, std::string printer)
        : printers_(printers), printer_(std::move(printer)) {}
    Lease(const Lease&) = delete;
    ~Lease() { printers_.put_nowait(std::move(printer_)); }

private:
    Printers& printers_;
    std::string printer_;
};
// #endregion solution

// Takes a while.
Coro<void> print(int job, std::string_view printer) {
    co_await sleep(10ms);
    if (job % 3 == 0) throw std::runtime_error("paper jam");
    print_line("job {} is printed by the {} one", job, printer);
}

Coro<void> run_job(int job, Printers& printers) {
    try {
        // #region starter
        std::string printer = co_await printers.get();
        co_await print(job, printer);
        printers.put_nowait(std::move(printer));
        // #endregion starter
        // #region solution
        std::string printer = co_await printers.get();
        Lease lease(printers, printer);
        co_await print(job, printer);
        // #endregion solution
    } catch (const std::runtime_error& error) {
        print_line("job {} failed: {}", job, error.what());
    }
}

Coro<void> run_all() {
    Printers printers;
    printers.put_nowait("left");
    printers.put_nowait("right");
    TaskGroup group;
    for (int job = 1; job <= 9; ++job)
        group.create_task(run_job(job, printers));
    co_await group.join();
    print_line("all have ended");
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        run(run_all());
    });
}
