// With poll, and careful with send: what the client does not take is kept for
// it, however much that is. When accept fails, the server gives up.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
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
    std::map<int, std::string> unsent;
    for (;;) {
        std::vector<pollfd> polled{{listener, POLLIN, 0}};
        for (auto& [fd, bytes] : unsent) {
            short events = bytes.empty() ? POLLIN : POLLIN | POLLOUT;
            polled.push_back({fd, events, 0});
        }
        poll(polled.data(), polled.size(), -1);
        if (polled[0].revents != 0) {
            int client = accept(listener, nullptr, nullptr);
            if (client == -1) {
                std::perror("accept");
                return 1;
            }
            fcntl(client, F_SETFL, O_NONBLOCK);
            unsent[client];
        }
        for (pollfd& one : polled) {
            if (one.fd == listener || one.revents == 0) continue;
            std::string& bytes = unsent[one.fd];
            char buffer[4096];
            ssize_t count = recv(one.fd, buffer, sizeof buffer, 0);
            if (count > 0)
                bytes.append(buffer, static_cast<std::size_t>(count));
            ssize_t sent =
                send(one.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent > 0) bytes.erase(0, static_cast<std::size_t>(sent));
            if (count == 0) {
                close(one.fd);
                unsent.erase(one.fd);
            }
        }
    }
}
