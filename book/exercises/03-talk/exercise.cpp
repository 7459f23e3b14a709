// Connects the keyboard to a server, both ways at once.
//
//   $ ./talk localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <sys/select.h>

#include <array>

using namespace tincan;

namespace {

// The next bytes from the keyboard; none at the end of the input.
std::string read_keyboard() {
    std::array<char, 4096> buffer;
    ssize_t count;
    do {
        count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    } while (count == -1 && errno == EINTR);
    return {buffer.data(), static_cast<std::size_t>(check(count, "read"))};
}

// Shows bytes as they came: this is for servers that you trust.
void show(std::string_view bytes) {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    std::fflush(stdout);
}

// #region starter
// First us, then the server, then us: but who says that it goes like this?
void talk(const Socket& server) {
    std::array<char, 16384> buffer;
    for (;;) {
        std::string typed = read_keyboard();
        if (typed.empty()) return;
        send_all(server, typed);
        std::size_t count = receive(server, buffer);
        if (count == 0) return;
        show({buffer.data(), count});
    }
}
// #endregion starter
// #region solution
// False once the server has said everything.
bool listen_to(const Socket& server) {
    std::array<char, 16384> buffer;
    std::optional<std::size_t> count = try_receive(server, buffer);
    if (count) show({buffer.data(), *count});
    return count != 0;
}

void talk(const Socket& server) {
    set_nonblocking(server);
    std::string unsent;  // while there is some, the keyboard has to wait
    bool typing = true;
    for (;;) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_SET(server.fd(), &readable);
        if (!unsent.empty()) {
            FD_SET(server.fd(), &writable);
        } else if (typing) {
            FD_SET(STDIN_FILENO, &readable);
        }
        int count =
            ::select(server.fd() + 1, &readable, &writable, nullptr, nullptr);
        if (count == -1 && errno == EINTR) continue;
        check(count, "select");
        if (FD_ISSET(server.fd(), &readable) && !listen_to(server)) return;
        if (FD_ISSET(STDIN_FILENO, &readable)) {
            unsent = read_keyboard();
            typing = !unsent.empty();
            if (!typing) check(::shutdown(server.fd(), SHUT_WR), "shutdown");
        }
        if (!unsent.empty()) {
            unsent.erase(0, try_send(server, unsent).value_or(0));
        }
    }
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        talk(connect_to(client_arguments(arguments, "8000")));
    });
}
