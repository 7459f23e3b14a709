// Prints how long a client waits before each attempt to connect again.
//
//   $ ./patience 8

#include "01-blocking/program.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

class Patience {
public:
    milliseconds next() {
        // #region starter
        return 1s;
        // #endregion starter
        // #region solution
        milliseconds most = limit_;
        limit_ = std::min<milliseconds>(2 * limit_, 30s);
        std::uniform_int_distribution some(most.count() / 2, most.count());
        return milliseconds(some(random_));
        // #endregion solution
    }

    // #region solution

private:
    milliseconds limit_ = 500ms;
    std::minstd_rand random_{std::random_device()()};
    // #endregion solution
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        if (arguments.size() != 1) throw UsageError("N");
        Patience patience;
        for (int i = std::stoi(arguments[0]); i > 0; --i)
            print_line("{}", patience.next().count());
    });
}
