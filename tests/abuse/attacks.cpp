#include "tests/abuse/attacks.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace tincan::test {

namespace {

using namespace std::string_literals;

using Begun = std::optional<Stranger>;

std::size_t pick(Random& random, std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
}

std::string random_bytes(Random& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(pick(random, 0, 255));
    return bytes;
}

Client come(const Endpoint& server, std::size_t number,
            int receive_buffer = 0) {
    return Client(server, {.source = load_address(number),
                           .receive_buffer = receive_buffer});
}

std::string connect_line(std::size_t number) {
    return "CONNECT guest" + std::to_string(number) + "\n";
}

// Sends all it gets rid of, in pieces of any size, and then reads nothing for
// some turns. Half of them are cut off without a word.
Begun send_and_stay(Client client, std::string bytes, Random& random) {
    std::size_t piece = pick(random, 1, bytes.size());
    std::size_t turns = pick(random, 0, 20);
    bool cuts = pick(random, 0, 1) == 0;
    auto next = [=](Client& self) mutable {
        self.try_send(std::string_view(bytes).substr(0, piece));
        bytes.erase(0, piece);
        if (!bytes.empty() || turns-- > 0) return true;
        if (cuts) self.reset();
        return false;
    };
    return Stranger{std::move(client), next};
}

Begun garbage(const Endpoint& server, Random& random, std::size_t number) {
    std::string bytes = random_bytes(random, pick(random, 1, 5000));
    if (pick(random, 0, 1) == 0) bytes.insert(0, connect_line(number));
    return send_and_stay(come(server, number), bytes, random);
}

Begun flood(const Endpoint& server, Random& random, std::size_t number) {
    std::string lines = connect_line(number);
    for (std::size_t i = pick(random, 10, 300); i > 0; --i)
        lines += "line " + std::to_string(i) + "\n";
    return send_and_stay(come(server, number), lines, random);
}

Begun reset(const Endpoint& server, Random& random, std::size_t number) {
    std::string bytes = connect_line(number) + "half a line";
    bytes.resize(pick(random, 0, bytes.size()));
    Client client = come(server, number);
    client.try_send(bytes);
    client.reset();
    return std::nullopt;
}

Begun half_close(const Endpoint& server, Random& random, std::size_t number) {
    Client client = come(server, number);
    client.try_send(connect_line(number) + "my last words");
    client.half_close();
    // It has heard enough after some turns, whatever is still to come.
    std::size_t turns = pick(random, 0, 50);
    return Stranger{std::move(client),
                    [=](Client&) mutable { return turns-- > 0; }};
}

Begun slow_line(const Endpoint& server, Random&, std::size_t number) {
    std::string text = connect_line(number) + "this took a while\n/quit\n";
    return Stranger{come(server, number), [=](Client& self) mutable {
                        self.try_send(text.substr(0, 1));
                        text.erase(0, 1);
                        return !text.empty();
                    }};
}

Begun huge_line(const Endpoint& server, Random& random, std::size_t number) {
    std::string bytes = pick(random, 0, 1) == 0 ? "" : connect_line(number);
    bytes += std::string(pick(random, 1000, 200'000), 'x');
    return send_and_stay(come(server, number), bytes, random);
}

// Text that no terminal should see, as a name and as a message.
Begun bad_text(const Endpoint& server, Random& random, std::size_t number) {
    constexpr std::array<std::string_view, 8> kBad{"\xc3",
                                                   "\xf0\x9f\x98",
                                                   "\xed\xa0\x80",
                                                   "\x1b[2J",
                                                   "\xe2\x80\xaeleft",
                                                   "\xc2\x9b"
                                                   "31m",
                                                   "\rAnn: hello",
                                                   "\xef\xbf\xbf\xc0\xaf"};
    std::string bytes;
    for (std::string_view bad : kBad)
        bytes += "CONNECT "s.append(bad) + "\n";
    bytes.resize(pick(random, 1, bytes.size()));
    bytes += "\n" + connect_line(number);
    bytes += kBad[pick(random, 0, kBad.size() - 1)];
    bytes += "\n";
    return send_and_stay(come(server, number), bytes, random);
}

// Stays until the server has enough of it.
Begun say_nothing(const Endpoint& server, Random&, std::size_t number) {
    return Stranger{come(server, number),
                    [](Client& self) { return !self.has_answer({}); }};
}

Begun vanish(const Endpoint& server, Random&, std::size_t number) {
    come(server, number);
    return std::nullopt;
}

Begun tls_hello(const Endpoint& server, Random& random, std::size_t number) {
    std::string hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s +
                        random_bytes(random, 500);
    return send_and_stay(come(server, number), hello, random);
}

Begun http(const Endpoint& server, Random& random, std::size_t number) {
    std::string request =
        "GET /index.html HTTP/1.1\r\nHost: localhost\r\n"
        "User-Agent: guest\r\nAccept: */*\r\n\r\n";
    return send_and_stay(come(server, number), request, random);
}

// Asks for as much as it may, and reads none of it.
Begun read_nothing(const Endpoint& server, Random& random, std::size_t number) {
    Client client = come(server, number, 4096);
    client.try_send(connect_line(number));
    std::size_t turns = pick(random, 20, 600);
    return Stranger{std::move(client), [=](Client& self) mutable {
                        self.try_send("/help\n");
                        return turns-- > 0;
                    }};
}

Begun steal_a_name(const Endpoint& server, Random& random, std::size_t number) {
    std::string bytes = "CONNECT Ann\nCONNECT BOB\n" + connect_line(number) +
                        "/nick ann\n/nick server\nAnn: 1\n/me is Ann: 2\n";
    return send_and_stay(come(server, number), bytes, random);
}

Begun hop(const Endpoint& server, Random& random, std::size_t number) {
    Client client = come(server, number);
    client.try_send(connect_line(number));
    std::size_t room = pick(random, 0, 1000);
    std::size_t turns = pick(random, 10, 100);
    return Stranger{std::move(client), [=](Client& self) mutable {
                        ++room;
                        self.try_send("/join room" + std::to_string(room) +
                                      "\n/nick hopper" + std::to_string(room) +
                                      "\n");
                        return turns-- > 0;
                    }};
}

constexpr std::array kAttacks{
    Attack{"garbage", garbage},
    Attack{"a flood of lines", flood},
    Attack{"reset", reset},
    Attack{"half-closed", half_close},
    Attack{"a line byte by byte", slow_line},
    Attack{"a huge line", huge_line},
    Attack{"half UTF-8, control characters", bad_text},
    Attack{"says nothing", say_nothing},
    Attack{"connects and vanishes", vanish},
    Attack{"a TLS hello", tls_hello},
    Attack{"an HTTP request", http},
    Attack{"never reads", read_nothing},
    Attack{"steals a name", steal_a_name},
    Attack{"hops from room to room", hop},
};

}  // namespace

std::span<const Attack> all_attacks() {
    return kAttacks;
}

}  // namespace tincan::test
