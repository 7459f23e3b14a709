// A chat in which whatever one recv brings is a line.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace {

void say(int client, const std::string& words) {
    send(client, words.data(), words.size(), MSG_NOSIGNAL);
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
    std::map<int, std::string> names;
    for (;;) {
        std::vector<pollfd> polled{{listener, POLLIN, 0}};
        for (auto& [fd, name] : names)
            polled.push_back({fd, POLLIN, 0});
        poll(polled.data(), polled.size(), -1);
        for (pollfd& one : polled) {
            if (one.revents == 0) continue;
            if (one.fd == listener) {
                names[accept(listener, nullptr, nullptr)] = "";
                continue;
            }
            char line[1024];
            ssize_t count = recv(one.fd, line, sizeof line, 0);
            if (count <= 0) {
                close(one.fd);
                names.erase(one.fd);
                continue;
            }
            std::string said(line, static_cast<std::size_t>(count));
            if (said.starts_with("CONNECT ")) {
                names[one.fd] = said.substr(8, said.size() - 9);
                say(one.fd, "Welcome!\n");
                continue;
            }
            for (auto& [fd, name] : names) {
                say(fd, names[one.fd] + ": " + said);
            }
        }
    }
}
