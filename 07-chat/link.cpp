#include "07-chat/link.hpp"

#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/tls_stream.hpp"

#include <fmt/core.h>

namespace tincan::chat {

namespace {

// How long a server may take for its part of the TLS handshake.
constexpr Duration kHandshake = std::chrono::seconds(10);

constexpr std::string_view kInsecure =
    "WARNING: nobody knows who this server is (--insecure). Whoever is in "
    "between can read and change all.\n";

Coro<Streams> open_streams(Endpoint server) {
    try {
        Streams streams = co_await open_connection(server);
        co_return streams;
    } catch (const std::system_error& error) {
        throw std::system_error(error.code(),
                                fmt::format("connect {}", to_string(server)));
    }
}

}  // namespace

// #region open_link
Coro<SharedLink> open_link(Endpoint server, TlsContext tls) {
    Streams streams = co_await open_streams(server);
    if (tls) {
        try {
            co_await wait_for(connect_tls(streams, tls, server.host),
                              kHandshake);
        } catch (const TimeoutError&) {
            throw std::runtime_error("TLS: the server does not answer");
        }
    }
    auto link = std::make_shared<Link>(std::move(streams));
    // It is heard before anything that the server says.
    if (tls.insecure()) link->unread = kInsecure;
    co_return link;
}
// #endregion open_link

Coro<std::optional<std::string>> hear(SharedLink link) {
    bool ended = false;
    for (;;) {
        std::optional<Line> line =
            ended ? link->decoder.finish() : link->decoder.next(link->unread);
        if (line && line->kind != Line::Kind::text) {
            co_return fmt::format("(a line of more than {} bytes)",
                                  kLongestHeard);
        }
        if (line) {
            std::optional<std::string> shown = link->talk.heard(line->text);
            if (shown) co_return shown;
        } else if (ended) {
            co_return std::nullopt;
        } else {
            link->unread = co_await link->reader.read();
            ended = link->unread.empty();
        }
    }
}

Coro<void> stay_alive(SharedLink link) {
    for (;;) {
        co_await sleep(kSignOfLife);
        if (link->talk.joined()) link->writer.write(link->talk.sign_of_life());
    }
}

}  // namespace tincan::chat
