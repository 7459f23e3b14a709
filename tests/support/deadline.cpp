#include "tests/support/deadline.hpp"

#include <cstdlib>

namespace tincan::test {

double time_scale() {
    static const double scale = [] {
        const char* text = std::getenv("TINCAN_TIME_SCALE");
        double number = text ? std::strtod(text, nullptr) : 1;
        return number > 0 ? number : 1;
    }();
    return scale;
}

}  // namespace tincan::test
