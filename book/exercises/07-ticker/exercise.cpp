// A thousand times a second everybody is told a number, the next one.
//
//   $ ./ticker 8000             then: nc localhost 8000

#include "book/exercises/room.hpp"

#include <chrono>
#include <memory>
#include <string>

using namespace tincan;
using namespace std::chrono_literals;

namespace {

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

// Whatever they say.
void ignore(Room& /*room*/, std::string_view /*line*/) {}

Coro<void> serve_all(Endpoint endpoint) {
    auto room = std::make_shared<Room>();
    auto ticking = create_task(tick(room));
    co_await serve_room(endpoint, room, ignore);
    ticking.cancel();
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
