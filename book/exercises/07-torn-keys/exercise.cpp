// Prints the names of the keys whose bytes come on stdin.
//
//   $ printf 'a\033[Ab' | ./torn_keys

#include "01-blocking/program.hpp"
#include "01-blocking/socket.hpp"

#include <unistd.h>

#include <array>
#include <string>

using namespace tincan;

namespace {

// The key that `ESC [` and this byte are; "" if we know none.
std::string arrow(char last) {
    switch (last) {
        case 'A':
            return "up";
        case 'B':
            return "down";
        case 'C':
            return "right";
        case 'D':
            return "left";
        default:
            return "";
    }
}

class Keys {
public:
    // Prints the keys in these bytes.
    void take(std::string_view bytes) {
        // #region starter
        while (!bytes.empty()) {
            if (bytes.starts_with("\x1b[") && bytes.size() > 2) {
                print_line("{}", arrow(bytes[2]));
                bytes.remove_prefix(3);
            } else {
                print_line("{}", bytes.substr(0, 1));
                bytes.remove_prefix(1);
            }
        }
        // #endregion starter
        // #region solution
        for (char c : bytes)
            take(c);
        // #endregion solution
    }

    // #region solution

private:
    enum class State { outside, escape, sequence };

    void take(char c) {
        if (c == '\x1b') {
            state_ = State::escape;
        } else if (state_ == State::escape) {
            state_ = c == '[' ? State::sequence : State::outside;
        } else if (state_ == State::outside) {
            print_line("{}", c);
        } else if (c >= 0x40 && c <= 0x7e) {  // that ends a sequence
            if (bare_ && !arrow(c).empty()) print_line("{}", arrow(c));
            state_ = State::outside;
            bare_ = true;
        } else {
            bare_ = false;
        }
    }

    State state_ = State::outside;
    bool bare_ = true;  // no parameters so far
    // #endregion solution
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments&) {
        Keys keys;
        std::array<char, 1000> buffer{};
        for (;;) {
            ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
            if (check(static_cast<int>(count), "read") == 0) return;
            keys.take({buffer.data(), static_cast<std::size_t>(count)});
        }
    });
}
