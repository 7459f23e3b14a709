// What one client says, all hear.
//
//   $ ./once 8000               then, in two terminals: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <list>
#include <memory>
#include <string>

using namespace tincan;

namespace {

using Room = std::list<StreamWriter>;

// The kernel takes a few KiB for each client: what it doesn't take is ours.
void leave_little_to_the_kernel(const StreamWriter& writer) {
    int size = 4608;
    ::setsockopt(writer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void tell_all(Room& room, std::string_view line) {
    // #region starter
    for (StreamWriter& writer : room)
        writer.write(line);
    // #endregion starter
    // #region solution
    auto shared = std::make_shared<const std::string>(line);
    for (StreamWriter& writer : room)
        writer.write(shared);
    // #endregion solution
}

Coro<void> serve(StreamReader reader, StreamWriter writer,
                 std::shared_ptr<Room> room) {
    leave_little_to_the_kernel(writer);
    Room::iterator place = room->insert(room->end(), writer);
    try {
        for (;;) {
            std::string_view line = co_await reader.readline();
            if (line.empty()) break;
            tell_all(*room, line);
        }
    } catch (const std::exception& error) {
        say("{}: {}", writer.peer(), error.what());
    }
    room->erase(place);
}

Coro<void> serve_all(Endpoint endpoint) {
    auto room = std::make_shared<Room>();
    auto handler = [room](StreamReader reader, StreamWriter writer) {
        return serve(std::move(reader), std::move(writer), room);
    };
    Server server = start_server(handler, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
