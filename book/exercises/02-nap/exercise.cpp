// Never waits in a call, and yet rests when there is nothing to do.
//
//   $ ./nap 8000            then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <vector>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

struct Client {
    Socket socket;
    std::string unsent{};
    bool gone = false;
};

// Does what can be done for this client now; false if that was nothing.
bool serve(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 16384> buffer;
        std::optional<std::size_t> count = try_receive(client.socket, buffer);
        if (!count) return false;
        client.unsent.assign(buffer.data(), *count);
        client.gone = *count == 0;
        if (client.gone) return true;
    }
    std::optional<std::size_t> sent = try_send(client.socket, client.unsent);
    client.unsent.erase(0, sent.value_or(0));
    return sent.has_value();
}

bool serve_or_give_up(Client& client) {
    try {
        return serve(client);
    } catch (const std::system_error&) {
        client.gone = true;
        return true;
    }
}

// Asks everybody once; false if nobody needed anything.
bool one_round(const Socket& listener, std::vector<Client>& clients) {
    Arrival arrival = accept_client(listener, SOCK_NONBLOCK);
    bool busy = static_cast<bool>(arrival);
    if (arrival) clients.push_back({std::move(arrival.socket)});
    for (Client& client : clients)
        busy |= serve_or_give_up(client);
    std::erase_if(clients, [](const Client& client) { return client.gone; });
    return busy;
}

// #region starter
[[noreturn]] void serve_all(const Socket& listener) {
    std::vector<Client> clients;
    for (;;)
        one_round(listener, clients);
}
// #endregion starter
// #region solution
// A conversation rarely stops for good: so the first nap is short, and each
// is twice as long as the one before, up to what a person doesn't notice.
constexpr std::chrono::microseconds kFirstNap = 50us;
constexpr std::chrono::microseconds kLongestNap = 20ms;

[[noreturn]] void serve_all(const Socket& listener) {
    std::vector<Client> clients;
    std::chrono::microseconds nap = kFirstNap;
    for (;;) {
        if (one_round(listener, clients)) {
            nap = kFirstNap;
        } else {
            std::this_thread::sleep_for(nap);
            nap = std::min(2 * nap, kLongestNap);
        }
    }
}
// #endregion solution

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        set_nonblocking(listener);
        serve_all(listener);
    });
}
