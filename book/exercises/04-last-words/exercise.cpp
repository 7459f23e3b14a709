// Copies what it reads from its input to its output, and says why it stopped.
// It would watch many inputs; one is enough to get it wrong.
//
//   $ echo hello | ./last_words

#include "01-blocking/program.hpp"
#include "01-blocking/socket.hpp"

#include <poll.h>

#include <array>

using namespace tincan;

namespace {

// Copies some bytes; false at the end of the input.
bool copy_some() {
    std::array<char, 4096> buffer;
    auto count = static_cast<std::size_t>(
        check(::read(STDIN_FILENO, buffer.data(), buffer.size()), "read"));
    check(std::fwrite(buffer.data(), 1, count, stdout) == count ? 0 : -1,
          "write");
    return count > 0;
}

// #region starter
// Reads while there is something to read.
void copy_all() {
    for (;;) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        check(::poll(&input, 1, -1), "poll");
        if (input.revents & POLLHUP) return;  // nobody is there any more
        if (input.revents & POLLNVAL) return;
        if ((input.revents & POLLIN) && !copy_some()) return;
    }
}
// #endregion starter
// #region solution
// Reads until the end of the input: poll only says that it is worth trying.
void copy_all() {
    for (;;) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        check(::poll(&input, 1, -1), "poll");
        if (input.revents & POLLNVAL) return;
        if (!copy_some()) return;
    }
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments&) {
        copy_all();
        print_line("(that was all)");
    });
}
