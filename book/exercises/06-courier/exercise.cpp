// A loop waits for a parcel that another thread brings.
//
//   $ ./courier

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <string>
#include <thread>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

Coro<void> wait_for_parcel() {
    Future<std::string> parcel;
    // #region starter
    std::thread courier([parcel]() mutable {
        std::this_thread::sleep_for(100ms);
        parcel.set_result("a parcel");
    });
    // #endregion starter
    // #region solution
    EventLoop& loop = EventLoop::running();
    std::thread courier([parcel, &loop] {
        std::this_thread::sleep_for(100ms);
        loop.call_soon_threadsafe(
            [parcel]() mutable { parcel.set_result("a parcel"); });
    });
    // #endregion solution
    print_line("waiting");
    std::string what = co_await parcel;
    courier.join();
    print_line("got {}", what);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        run(wait_for_parcel());
    });
}
