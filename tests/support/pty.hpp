// A pseudo-terminal: what a program takes for its terminal, and the end from
// which a test types and reads. pty(7)
#pragma once

#include "01-blocking/socket.hpp"

#include <fcntl.h>
#include <stdlib.h>

#include <array>
#include <stdexcept>

namespace tincan::test {

struct Pty {
    // Throws std::system_error, or std::runtime_error if it has no name.
    Pty()
        : master(check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC),
                       "posix_openpt")) {
        check(::grantpt(master.fd()), "grantpt");
        check(::unlockpt(master.fd()), "unlockpt");
        check(::fcntl(master.fd(), F_SETFL, O_NONBLOCK), "fcntl");
        std::array<char, 64> name{};
        if (::ptsname_r(master.fd(), name.data(), name.size()) != 0) {
            throw std::runtime_error("ptsname_r: no name");
        }
        slave = Socket(
            check(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open"));
    }

    Socket master;  // non-blocking
    Socket slave;
};

}  // namespace tincan::test
