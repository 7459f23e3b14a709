// A thousand times a second everybody is told a number, the next one.
//
//   $ ./ticker 8000             then: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <chrono>
#include <list>
#include <memory>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

using Room = std::list<StreamWriter>;

// The kernel takes a few KiB for each client: what it doesn't take is ours.
void leave_little_to_the_kernel(const StreamWriter& writer) {
    int size = 4608;
    ::setsockopt(writer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

Coro<void> tick(std::shared_ptr<Room> room) {
    for (unsigned number = 0;; ++number) {
        // A long line, so that little of it fits into buffers.
        auto line = std::make_shared<const std::string>(
            fmt::format("{} {:a>990}\n", number, ""));
        // #region starter
        for (StreamWriter& writer : *room)
            writer.write(line);
        // #endregion starter
        // #region solution
        for (StreamWriter& writer : *room)
            if (writer.queued() == 0) writer.write(line);
        // #endregion solution
        co_await sleep(1ms);
    }
}

Coro<void> serve(StreamReader reader, StreamWriter writer,
                 std::shared_ptr<Room> room) {
    leave_little_to_the_kernel(writer);
    Room::iterator place = room->insert(room->end(), writer);
    try {
        for (;;) {
            std::string_view bytes = co_await reader.read();
            if (bytes.empty()) break;
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
    auto ticking = create_task(tick(room));
    co_await serve_until_signal(std::move(server));
    ticking.cancel();
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
