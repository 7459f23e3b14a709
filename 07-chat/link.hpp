// The connection to the server, line by line: what both clients stand on.
#pragma once

#include "06-coroutines/tincan/streams.hpp"
#include "07-chat/conversation.hpp"
#include "07-chat/lines.hpp"
#include "07-chat/tls_context.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace tincan::chat {

// What is pasted or piped goes out no faster, or the server would take it for
// a flood and drop the rest: it allows 2 lines a second, and 5 at once.
inline constexpr Duration kBetweenLines = std::chrono::milliseconds(600);

struct Link {
    explicit Link(Streams streams)
        : reader(std::move(streams.first)), writer(std::move(streams.second)) {}

    StreamReader reader;
    StreamWriter writer;
    LineDecoder decoder{kLongestHeard, std::string::npos};
    std::string_view unread;   // of what the reader gave
    std::string_view warning;  // is heard before anything that the server says
    Conversation talk;
    bool given_up = false;  // the server has not answered for too long
};

// The tasks of a client share it, each by a pointer of its own: none can find
// it gone, whichever of them ends first.
using SharedLink = std::shared_ptr<Link>;

// Encrypted, if there is a context for it. Throws std::system_error, with the
// server's address, if there is no connection; and what is wrong with TLS, or
// with the server's certificate.
Coro<SharedLink> open_link(Endpoint server, TlsContext tls);

// What the server says next; nothing when it has ended. Throws
// std::system_error if the connection is lost.
Coro<std::optional<Heard>> hear(SharedLink link);

// Tells the server from time to time that we are still here, and expects an
// answer, if it has ever given one. Calls `unsure` every second in which there
// should have been one for some time; when it has been too long, gives the
// connection up, and `hear` throws.
Coro<void> stay_alive(SharedLink link, std::function<void()> unsure);

}  // namespace tincan::chat
