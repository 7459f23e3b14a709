#include "book/exercises/support.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <string>
#include <string_view>

using namespace tincan::test;

namespace {

// What one end has sent, or will: the key goes on.
class Direction {
public:
    std::string mixed(std::string_view bytes) {
        const std::string_view key = "tin can";
        std::string result;
        for (char byte : bytes) {
            result += static_cast<char>(byte ^ key[place_++ % key.size()]);
        }
        return result;
    }

private:
    std::size_t place_ = 0;
};

TEST(Secret, TheFirstLineInOnePieceIsEchoed) {
    Server server = Server::ours({exercise(), "{port}"});
    Client client(server.endpoint());
    Direction there;
    std::string wire = there.mixed("meet me at eight\n");
    client.send(wire);
    EXPECT_EQ(client.receive(wire.size()), wire);
}

TEST(Secret, LinesInPiecesAreToo) {
    Server server = Server::ours({exercise(), "{port}"});
    Client client(server.endpoint());
    Direction there;
    Direction back;
    for (std::string_view line : {"meet me\n", "at eight,\n", "and alone\n"}) {
        for (char byte : line)
            client.send(there.mixed({&byte, 1}));
        EXPECT_EQ(back.mixed(client.receive(line.size())), line);
    }
}

}  // namespace
