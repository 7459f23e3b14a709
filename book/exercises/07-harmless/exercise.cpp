// Prints its input so that it can't drive the terminal.
//
//   $ printf '\033[2Jclear?\n' | ./harmless

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"

#include <iostream>
#include <string>

using namespace tincan;

namespace {

std::string harmless(std::string_view bytes) {
    std::string text;
    // #region starter
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        text += c == '\t' ? ' ' : byte < 32 || byte == 127 ? '?' : c;
    }
    // #endregion starter
    // #region solution
    while (!bytes.empty()) {
        CodePoint point = decode_utf8(bytes);
        std::size_t size = point.size == 0 ? 1 : point.size;
        if (point.value == '\t') {
            text += ' ';
        } else if (point.size == 0 || is_control(point.value)) {
            text += '?';
        } else {
            text += bytes.substr(0, size);
        }
        bytes.remove_prefix(size);
    }
    // #endregion solution
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments&) {
        for (std::string line; std::getline(std::cin, line);)
            print_line("{}", harmless(line));
    });
}
