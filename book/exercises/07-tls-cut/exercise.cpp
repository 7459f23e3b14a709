// A till: pays what it reads, a line for each order.
//
//   $ ./cut < orders

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <string>
#include <string_view>

using namespace tincan;

namespace {

void pay(std::string_view order) {
    if (!order.starts_with("pay ")) {
        print_line("what is {}?", printable(order));
        return;
    }
    print_line("paid {}", printable(order.substr(4)));
}

Coro<void> take_orders() {
    StreamReader orders = connect_stdin();
    for (;;) {
        std::string_view line = co_await orders.readline();
        // #region starter
        if (line.empty()) co_return;
        if (line.ends_with('\n')) line.remove_suffix(1);
        // #endregion starter
        // #region solution
        if (!line.ends_with('\n')) {
            print_line("cut off");
            co_return;
        }
        line.remove_suffix(1);
        // #endregion solution
        if (line == "end") co_return;
        pay(line);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        run(take_orders());
    });
}
