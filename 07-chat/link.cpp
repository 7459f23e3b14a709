#include "07-chat/link.hpp"

#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/tls_stream.hpp"

#include <fmt/core.h>

#include <chrono>
#include <utility>

namespace tincan::chat {

using namespace std::chrono_literals;

namespace {

// How long a server may take for its part of the TLS handshake.
constexpr Duration kHandshake = 10s;

constexpr std::string_view kInsecure =
    "WARNING: nobody knows who this server is (--insecure). Whoever is in "
    "between can read and change all.";

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
    if (tls.insecure()) link->warning = kInsecure;
    co_return link;
}
// #endregion open_link

Coro<std::optional<Heard>> hear(SharedLink link) {
    if (!link->warning.empty()) {
        Heard warning{.kind = Heard::Kind::warning};
        warning.line = std::exchange(link->warning, {});
        co_return warning;
    }
    bool ended = false;
    for (;;) {
        std::optional<Line> line =
            ended ? link->decoder.finish() : link->decoder.next(link->unread);
        if (line && line->kind != Line::Kind::text) {
            line->text =
                fmt::format("(a line of more than {} bytes)", kLongestHeard);
        }
        if (line) {
            std::optional<Heard> heard =
                link->talk.heard(line->text, EventLoop::running().time());
            link->writer.write(link->talk.take_answer());
            if (heard) co_return heard;
        } else if (ended && link->given_up) {
            throw std::system_error(std::make_error_code(std::errc::timed_out),
                                    "the server does not answer");
        } else if (ended) {
            co_return std::nullopt;
        } else {
            link->unread = co_await link->reader.read();
            ended = link->unread.empty();
        }
    }
}

// #region stay_alive
Coro<void> stay_alive(SharedLink link, std::function<void()> unsure) {
    constexpr Duration kSoon = 2s;
    EventLoop& loop = EventLoop::running();
    Conversation& talk = link->talk;
    bool waited = false;  // for a welcome, already the last time
    for (;;) {
        TimePoint next = loop.time() + kSignOfLife;
        co_await sleep(kSoon);
        while (loop.time() < next && talk.silent_since()) {
            unsure();
            co_await sleep(1s);
        }
        co_await sleep(next - loop.time());
        if (talk.silent_since() || (waited && talk.waits_for_welcome())) {
            link->given_up = true;
            link->writer.abort();
            co_return;
        }
        waited = talk.waits_for_welcome();
        link->writer.write(talk.sign_of_life(loop.time()));
    }
}
// #endregion stay_alive

}  // namespace tincan::chat
