// Sends every netstring back: "5:hello," for "hello".
//
//   $ ./netstrings 8000        then: printf '5:hello,' | nc -N localhost 8000

#include "01-blocking/connection.hpp"
#include "01-blocking/framing.hpp"
#include "01-blocking/program.hpp"

#include <array>

using namespace tincan;

namespace {

// A fifth framing, to be used like the four in framing.hpp.
struct Netstring {
    // #region starter
    std::string encode(std::string_view message) const {
        return std::string(message);
    }
    Frame find(std::string_view bytes, std::size_t /*searched*/) const {
        // "More has to come", whatever has come. Throw a FramingError when
        // it can't become a netstring any more.
        return {.start = 0, .size = 0, .end = bytes.size() + 1};
    }
    // #endregion starter
    // #region solution
    static constexpr std::size_t kDigits = 9;  // more can't be a fair length

    std::string encode(std::string_view message) const {
        return fmt::format("{}:{},", message.size(), message);
    }
    Frame find(std::string_view bytes, std::size_t /*searched*/) const {
        std::size_t digits = bytes.find_first_not_of("0123456789");
        bool all_digits = digits == bytes.npos;
        if (all_digits) digits = bytes.size();
        if (digits > kDigits || (digits > 1 && bytes[0] == '0')) {
            throw FramingError("not the length of a netstring");
        }
        if (all_digits) return {.start = 0, .size = 0, .end = digits + 1};
        if (digits == 0 || bytes[digits] != ':') {
            throw FramingError("no length and colon before a netstring");
        }
        std::size_t start = digits + 1;
        std::size_t size = std::stoul(std::string(bytes.substr(0, digits)));
        std::size_t comma = start + size;
        if (comma < bytes.size() && bytes[comma] != ',') {
            throw FramingError("no comma behind a netstring");
        }
        return {.start = start, .size = size, .end = comma + 1};
    }
    // #endregion solution
};

void echo(const Socket& client) {
    std::array<char, 4096> buffer;
    Decoder<Netstring> decoder;
    while (std::size_t count = receive(client, buffer)) {
        decoder.feed({buffer.data(), count});
        while (std::optional<std::string> message = decoder.next()) {
            send_all(client, Netstring{}.encode(*message));
        }
    }
    decoder.finish();
}

void serve(Socket client, const std::string& peer) {
    say("{} connected", peer);
    try {
        echo(client);
        say("{} disconnected", peer);
    } catch (const std::runtime_error& error) {
        say("{} disconnected: {}", peer, error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Socket listener =
            announce_listener(server_arguments(arguments, "8000"));
        for (;;) {
            Arrival client = accept_client(listener);
            if (client) serve(std::move(client.socket), client.peer);
        }
    });
}
