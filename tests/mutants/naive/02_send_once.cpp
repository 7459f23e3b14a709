// Asks every client in turn; what send does not take is lost, and a client that
// has gone is asked for ever.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

int main(int, char** argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener, 100);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    std::vector<int> clients;
    for (;;) {
        int client = accept(listener, nullptr, nullptr);
        if (client >= 0) {
            fcntl(client, F_SETFL, O_NONBLOCK);
            clients.push_back(client);
        }
        for (int fd : clients) {
            char buffer[4096];
            ssize_t count = recv(fd, buffer, sizeof buffer, 0);
            if (count > 0) {
                send(fd, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL);
            }
        }
    }
}
