#include "07-chat/link.hpp"

#include "06-coroutines/tincan/sleep.hpp"

#include <fmt/core.h>

namespace tincan::chat {

Coro<SharedLink> open_link(Endpoint server) {
    try {
        Streams streams = co_await open_connection(server);
        co_return std::make_shared<Link>(std::move(streams));
    } catch (const std::system_error& error) {
        throw std::system_error(error.code(),
                                fmt::format("connect {}", to_string(server)));
    }
}

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
