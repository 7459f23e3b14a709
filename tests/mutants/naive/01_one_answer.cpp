// As the first server one writes: a client says something, gets it back, and
// is hung up on. Its recv is a message, and a message ends at NUL.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int, char** argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener, 5);
    for (;;) {
        int client = accept(listener, nullptr, nullptr);
        char buffer[1024] = {};
        recv(client, buffer, sizeof buffer - 1, 0);
        std::printf("client says: %s\n", buffer);
        send(client, buffer, std::strlen(buffer), 0);
        close(client);
    }
}
