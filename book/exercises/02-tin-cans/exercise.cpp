// Two tin cans and a string: what one client says, the other one hears.
//
//   $ ./tin_cans 8000       then, in two other terminals: nc -N localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <array>

using namespace tincan;

namespace {

struct Can {
    Socket socket;
    std::string unsent{};  // to this one
    bool silent = false;   // it has said everything
    bool told = false;     // it knows that the other has said everything
};

// What one says, the other hears; false once that is over.
bool pass_on(Can& from, Can& to) {
    if (to.told) return false;
    // #region starter
    bool listening = !from.silent;
    // #endregion starter
    // #region solution
    // Who talks faster than the other listens has to wait: otherwise `unsent`
    // would hold the difference.
    bool listening = !from.silent && to.unsent.empty();
    // #endregion solution
    if (listening) {
        std::array<char, 16384> buffer;
        if (auto count = try_receive(from.socket, buffer)) {
            from.silent = *count == 0;
            to.unsent.append(buffer.data(), *count);
        }
    }
    if (!to.unsent.empty()) {
        to.unsent.erase(0, try_send(to.socket, to.unsent).value_or(0));
    } else if (from.silent) {
        finish_sending(to.socket);
        to.told = true;
    }
    return true;
}

void connect_cans(Can ann, Can bob) {
    try {
        for (bool talking = true; talking;) {
            talking = pass_on(ann, bob);
            talking |= pass_on(bob, ann);
        }
        say("both have hung up");
    } catch (const std::system_error& error) {
        say("the string is torn: {}", error.what());
    }
}

Can wait_for_can(const Socket& listener) {
    for (;;) {
        Arrival arrival = accept_client(listener, SOCK_NONBLOCK);
        if (arrival) return {.socket = std::move(arrival.socket)};
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        for (;;) {
            Can ann = wait_for_can(listener);
            connect_cans(std::move(ann), wait_for_can(listener));
        }
    });
}
