// An echo server on a Selector, whichever you name.
//
//   $ ./restless epoll 8000    then, in two other terminals: nc localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/program.hpp"
#include "02-nonblocking-busy/nonblocking.hpp"
#include "04-poll/make_selector.hpp"

#include <array>
#include <map>

using namespace tincan;

namespace {

struct Client {
    Socket socket;
    std::string unsent;  // what the kernel would not take yet
};

// False once this client has said all and has all of its echo.
bool echo(Client& client) {
    if (client.unsent.empty()) {
        std::array<char, 16384> buffer;
        std::optional<std::size_t> count = try_receive(client.socket, buffer);
        if (!count) return true;
        if (*count == 0) return false;
        client.unsent.assign(buffer.data(), *count);
    }
    client.unsent.erase(0, try_send(client.socket, client.unsent).value_or(0));
    return true;
}

class EchoServer {
public:
    EchoServer(Socket listener, std::unique_ptr<Selector> selector)
        : listener_(std::move(listener)), selector_(std::move(selector)) {
        set_nonblocking(listener_);
        selector_->add(listener_.fd(), kReadable, key_of(listener_));
    }

    [[noreturn]] void run() {
        for (;;) {
            for (auto [key, events] : selector_->select(std::nullopt)) {
                if (key == key_of(listener_)) {
                    accept_one();
                } else {
                    serve(static_cast<int>(key));
                }
            }
        }
    }

private:
    static std::uint64_t key_of(const Socket& socket) {
        return static_cast<std::uint64_t>(socket.fd());
    }

    void accept_one() {
        Arrival client = accept_client(listener_, SOCK_NONBLOCK);
        if (!client) return;
        // #region starter
        // Whatever it may have to do, we want to know.
        selector_->add(client.socket.fd(), kReadable | kWritable,
                       key_of(client.socket));
        // #endregion starter
        // #region solution
        selector_->add(client.socket.fd(), kReadable, key_of(client.socket));
        // #endregion solution
        int fd = client.socket.fd();
        clients_[fd] = {std::move(client.socket), ""};
    }

    void serve(int fd) {
        Client& client = clients_.at(fd);
        // #region solution
        bool was_reading = client.unsent.empty();
        // #endregion solution
        try {
            if (echo(client)) {
                // #region solution
                bool reading = client.unsent.empty();
                if (reading != was_reading) {
                    selector_->modify(fd, reading ? kReadable : kWritable);
                }
                // #endregion solution
                return;
            }
        } catch (const std::system_error& error) {
            say("disconnected: {}", error.what());
        }
        selector_->remove(fd);
        clients_.erase(fd);
    }

    Socket listener_;
    std::unique_ptr<Selector> selector_;
    std::map<int, Client> clients_;
};

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        if (arguments.empty()) throw UsageError("SELECTOR [PORT [HOST]]");
        std::string name(arguments.front());
        arguments.erase(arguments.begin());
        Endpoint endpoint =
            server_arguments(arguments, "8000", "SELECTOR [PORT [HOST]]");
        EchoServer(announce_listener(endpoint), make_selector(name)).run();
    });
}
