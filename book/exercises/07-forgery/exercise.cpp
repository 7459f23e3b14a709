// Passes on what Bob says, or refuses it.
//
//   $ printf 'hello\n' | ./forgery

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <iostream>
#include <string>
#include <string_view>

using namespace tincan;

namespace {

// May it be shown on other people's terminals?
// #region starter
bool may_pass(std::string_view line) {
    return line.find('\x1b') == std::string_view::npos;
}
// #endregion starter
// #region solution
bool may_pass(std::string_view line) {
    while (!line.empty()) {
        CodePoint point = decode_utf8(line);
        if (point.size == 0) return false;
        if (point.value != '\t' && is_control(point.value)) return false;
        line.remove_prefix(point.size);
    }
    return true;
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        if (!arguments.empty()) throw UsageError("(no arguments)");
        for (std::string line; std::getline(std::cin, line);) {
            if (may_pass(line)) {
                print_line("Bob: {}", line);
            } else {
                print_line("refused");
            }
        }
    });
}
