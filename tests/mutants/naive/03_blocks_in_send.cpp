// Waits with select for who can be read, and then for as long as it takes for
// who cannot be written to. Does not know of FD_SETSIZE either.
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
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
    std::vector<int> clients;
    for (;;) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(listener, &readable);
        int highest = listener;
        for (int fd : clients) {
            FD_SET(fd, &readable);
            highest = std::max(highest, fd);
        }
        select(highest + 1, &readable, nullptr, nullptr, nullptr);
        if (FD_ISSET(listener, &readable)) {
            clients.push_back(accept(listener, nullptr, nullptr));
        }
        for (int& fd : clients) {
            if (!FD_ISSET(fd, &readable)) continue;
            char buffer[4096];
            ssize_t count = recv(fd, buffer, sizeof buffer, 0);
            if (count > 0) {
                send(fd, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL);
            } else {
                close(fd);
                fd = -1;
            }
        }
        std::erase(clients, -1);
    }
}
