// Knocks at an echo server and says whether somebody answers.
//
//   $ ./knock localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"

#include <array>

using namespace tincan;

namespace {

// #region solution
// Whether a word comes back within a second.
bool answers(const Socket& server) {
    try {
        timeval second{.tv_sec = 1, .tv_usec = 0};
        check(::setsockopt(server.fd(), SOL_SOCKET, SO_RCVTIMEO, &second,
                           sizeof second),
              "setsockopt");
        send_all(server, "knock\n");
        std::array<char, 6> answer;
        return receive(server, answer) > 0;
    } catch (const std::system_error&) {
        return false;  // the second is over, or it hung up
    }
}

// #endregion solution
// "served", "connected, not served" or "nobody there"
const char* knock(const Endpoint& server) {
    // #region starter
    Socket socket = connect_to(server);
    return "served";  // but is it?
    // #endregion starter
    // #region solution
    try {
        return answers(connect_to(server)) ? "served" : "connected, not served";
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::connection_refused) throw;
        return "nobody there";
    }
    // #endregion solution
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        print_line("{}", knock(client_arguments(arguments, "8000")));
    });
}
