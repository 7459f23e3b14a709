// All that the chat server is, but for its socket and its signals: the rooms,
// the seats, the sessions that are going on, and what there is to tell of them.
#pragma once

#include "07-chat/ending.hpp"
#include "07-chat/limits.hpp"
#include "07-chat/log.hpp"
#include "07-chat/rooms.hpp"
#include "07-chat/seats.hpp"
#include "07-chat/session.hpp"
#include "07-chat/tls_door.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace tincan::chat {

class ChatServer {
public:
    // All of them must outlive it.
    ChatServer(const Limits& limits, Log& log, const TlsDoor& door)
        : limits_(limits),
          log_(log),
          door_(door),
          rooms_(limits.history),
          seats_(limits) {}

    // A handler for start_server.
    Coro<void> serve(StreamReader reader, StreamWriter writer);
    // Tells everybody, and all who come from now on, that this is the end.
    void end();
    // Clients, rooms, messages, bytes queued, and who was dropped for what.
    void log_stats();

private:
    using Sessions = std::unordered_set<Session*>;
    class Entry;

    void refuse(StreamWriter& writer, Ending ending,
                const std::string& detail = "");
    void count(Ending ending);

    const Limits& limits_;
    Log& log_;
    const TlsDoor& door_;
    Rooms rooms_;
    Seats seats_;
    Sessions sessions_;
    bool ending_ = false;
    std::uint64_t connections_ = 0;
    std::array<std::uint64_t, kEndings> ended_{};
};

}  // namespace tincan::chat
