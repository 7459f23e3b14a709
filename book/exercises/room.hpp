// A server whose clients are in one room: what the exercises of chapter 7.2
// share, and are not about.
#pragma once

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"

#include <exception>
#include <list>
#include <memory>
#include <string_view>
#include <utility>

namespace tincan {

using Room = std::list<StreamWriter>;

// Told what somebody in the room has said, with its LF.
using Hear = void (*)(Room& room, std::string_view line);

// The kernel takes a few KiB for each client: what it doesn't take is ours.
inline void leave_little_to_the_kernel(const StreamWriter& writer) {
    int size = 4608;
    ::setsockopt(writer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

inline Coro<void> serve_one(StreamReader reader, StreamWriter writer,
                            std::shared_ptr<Room> room, Hear hear) {
    leave_little_to_the_kernel(writer);
    Room::iterator place = room->insert(room->end(), writer);
    try {
        for (;;) {
            std::string_view line = co_await reader.readline();
            if (line.empty()) break;
            hear(*room, line);
        }
    } catch (const std::exception& error) {
        say("{}: {}", writer.peer(), error.what());
    }
    room->erase(place);
}

// Whoever connects is in `room` until he leaves; ends at SIGINT or SIGTERM.
inline Coro<void> serve_room(Endpoint endpoint, std::shared_ptr<Room> room,
                             Hear hear) {
    auto handler = [room, hear](StreamReader reader, StreamWriter writer) {
        return serve_one(std::move(reader), std::move(writer), room, hear);
    };
    Server server = start_server(handler, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace tincan
