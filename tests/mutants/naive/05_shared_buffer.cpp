// A thread for each client, and one buffer for all of them. Who leaves in the
// middle of an answer ends the server with SIGPIPE.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <thread>

namespace {

char buffer[65536];

void serve(int client) {
    for (;;) {
        ssize_t count = read(client, buffer, sizeof buffer);
        if (count <= 0) break;
        if (write(client, buffer, static_cast<std::size_t>(count)) < 0) break;
    }
    close(client);
}

}  // namespace

int main(int, char** argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener, 100);
    for (;;) {
        int client = accept(listener, nullptr, nullptr);
        std::thread(serve, client).detach();
    }
}
