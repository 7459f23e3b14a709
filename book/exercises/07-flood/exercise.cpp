// Which lines are too fast? Times in seconds from stdin, the earliest first.
//
//   $ printf '0\n0.1\n0.2\n' | ./flood

#include "01-blocking/program.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace tincan;

namespace {

constexpr double kPerSecond = 5;

// #region starter
class Limit {
public:
    bool take(double now) {
        if (std::floor(now) != second_) {
            second_ = std::floor(now);
            taken_ = 0;
        }
        return ++taken_ <= kPerSecond;
    }

private:
    double second_ = 0;
    int taken_ = 0;
};
// #endregion starter
// #region solution
class Limit {
public:
    bool take(double now) {
        double earned = (now - last_) * kPerSecond;
        last_ = now;
        tokens_ = std::min(kPerSecond, tokens_ + earned);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

private:
    double tokens_ = kPerSecond;
    double last_ = 0;
};
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        Limit limit;
        for (double now = 0; std::cin >> now;) {
            print_line("{} {}", now, limit.take(now) ? "said" : "too fast");
        }
    });
}
