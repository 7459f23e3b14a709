// Stage 2: what a call says that would have to wait, on a socket that does not
// wait.
//
//   $ ./would_block 8000        ends at once, with exit status 1: nobody can
//                               have connected so soon
//
// Not here yet: doing something else meanwhile and asking again (echo_server).

#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

using namespace tincan;

namespace {

// #region would_block
void accept_without_waiting(const Socket& listener) {
    set_nonblocking(listener);
    Socket client(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) {
        print_line("somebody was there before we asked");
        return;
    }
    int error = errno;
    if (error == EAGAIN) {
        print_line("nobody has connected yet, and accept does not wait: it");
        print_line("fails with EAGAIN, which means \"ask again later\"");
    }
    throw std::system_error(error, std::generic_category(), "accept");
}
// #endregion would_block

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Endpoint endpoint = server_arguments(arguments, "8000");
        accept_without_waiting(announce_listener(endpoint));
    });
}
