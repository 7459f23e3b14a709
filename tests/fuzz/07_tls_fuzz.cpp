// Whatever a stranger sends where TLS is spoken: instead of a handshake, in
// answer to ours, or by changing a byte of what a good client sends. The worst
// that comes of it is std::system_error, and nobody hears what was not said.
#include "07-chat/tls_stream.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/certificates.hpp"

#include <memory>
#include <system_error>
#include <utility>

using namespace tincan;
using namespace tincan::chat;
using namespace tincan::fuzz;

namespace {

struct Contexts {
    TlsContext server;
    TlsContext client;
};

Contexts make_contexts() {
    test::Certificates made;
    made.make("server", "DNS:localhost");
    return {make_server_tls(made.path("server.pem"), made.path("server.key")),
            make_client_tls(made.ca())};
}

// One end of a connection, and what it has heard.
struct End {
    explicit End(std::unique_ptr<StreamFilter> its) : filter(std::move(its)) {
        filter->start(wire);
    }

    // In pieces that depend on `seed`, until it wants no more.
    void receive(std::string_view bytes, std::size_t seed) {
        if (bytes.empty()) return;
        for (std::string_view piece : cut(bytes, seed)) {
            if (over) return;
            try {
                over = !filter->decode(piece, heard, wire);
            } catch (const std::system_error&) {
                over = true;
            }
        }
    }
    void say_all(std::string_view text) {
        filter->encode(text, wire);
        filter->finish(wire);
        said_all = true;
    }
    std::string take_wire() { return std::exchange(wire, {}); }

    std::unique_ptr<StreamFilter> filter;
    std::string wire;  // for the other end
    std::string heard;
    bool said_all = false;
    bool over = false;
};

End make_server(const Contexts& contexts) {
    return End(make_server_filter(contexts.server));
}
End make_client(const Contexts& contexts) {
    return End(make_client_filter(contexts.client, "localhost"));
}

void expect_nothing_heard(End end, Input input) {
    std::size_t seed = input.choose(256);
    end.receive(input.rest(), seed);
    expect(end.heard.empty(), "it believed who has no key");
    expect(!end.filter->ready(), "that was no handshake");
}

// On the way from one end to the other, one byte is changed, or none.
class Meddler {
public:
    explicit Meddler(Input& input)
        : place_(input.choose(256) * 4 + input.choose(4)),
          change_(static_cast<char>(input.choose(256))) {}

    bool has_meddled() const { return change_ != 0 && passed_ > place_; }
    std::string pass(std::string wire) {
        std::size_t at = place_ - passed_;  // beyond all if it has passed
        if (at < wire.size()) wire[at] = static_cast<char>(wire[at] ^ change_);
        passed_ += wire.size();
        return wire;
    }

private:
    std::size_t place_;
    char change_;
    std::size_t passed_ = 0;
};

// The client says the rest of the input and ends.
void converse(const Contexts& contexts, Input input) {
    std::size_t seed = input.choose(256);
    Meddler meddler(input);
    End client = make_client(contexts);
    End server = make_server(contexts);
    while (!client.wire.empty() || !server.wire.empty()) {
        server.receive(meddler.pass(client.take_wire()), seed);
        client.receive(server.take_wire(), 0);
        if (client.filter->ready() && !client.said_all && !client.over) {
            client.say_all(input.rest());
        }
    }
    expect(input.rest().starts_with(server.heard), "nobody said that");
    if (!meddler.has_meddled()) {
        expect(server.heard == input.rest(), "not all was heard");
        expect(server.over, "the end was not heard");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
    static const Contexts contexts = make_contexts();
    Input input(data, size);
    switch (input.choose(3)) {
        case 0:
            expect_nothing_heard(make_server(contexts), input);
            break;
        case 1:
            expect_nothing_heard(make_client(contexts), input);
            break;
        default:
            converse(contexts, input);
    }
    return 0;
}
