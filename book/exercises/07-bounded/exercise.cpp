// What one client says, all hear.
//
//   $ ./bounded 8000            then, in two terminals: nc localhost 8000

#include "book/exercises/room.hpp"

#include <memory>
#include <string>

using namespace tincan;

namespace {

void tell_all(Room& room, std::string_view line) {
    auto shared = std::make_shared<const std::string>(line);
    // #region starter
    for (StreamWriter& writer : room)
        writer.write(shared);
    // #endregion starter
    // #region solution
    constexpr std::size_t kMost = 65536;
    for (StreamWriter& writer : room) {
        if (writer.queued() + line.size() > kMost) {
            writer.abort();
        } else {
            writer.write(shared);
        }
    }
    // #endregion solution
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        auto room = std::make_shared<Room>();
        run(serve_room(server_arguments(arguments, "8000"), room, tell_all));
    });
}
