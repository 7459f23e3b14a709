// The chat in sixty lines. Whoever passes a line on waits until it is taken.
//
//   $ ./deaf 8000       then, in other terminals: nc localhost 8000, CONNECT
//   Ann

#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"

#include <map>
#include <memory>
#include <string>

using namespace tincan;

namespace {

using Users = std::map<std::string, StreamWriter>;

// #region starter
Coro<void> tell_all(std::shared_ptr<Users> users, std::string text) {
    Users everybody = *users;  // it may change while we wait
    for (auto& [name, writer] : everybody) {
        try {
            writer.write(text);
            co_await writer.drain();
        } catch (const std::system_error&) {
            // Its own task will notice.
        }
    }
}
// #endregion starter
// #region solution
Coro<void> tell_all(std::shared_ptr<Users> users, std::string text) {
    constexpr std::size_t most = 65536;
    for (auto& [name, writer] : *users) {
        // Its own task will find the stream at its end, and remove it.
        if (writer.queued() + text.size() > most) {
            writer.abort();
        } else {
            writer.write(text);
        }
    }
    co_return;
}
// #endregion solution

Coro<void> listen_to(StreamReader reader, std::string name,
                     std::shared_ptr<Users> users) {
    try {
        for (;;) {
            std::string line(co_await reader.readline());
            if (line.empty()) co_return;
            co_await tell_all(users, fmt::format("{}: {}", name, line));
        }
    } catch (const std::exception&) {
        // A line without end, or a connection that is lost.
    }
}

Coro<void> serve(StreamReader reader, StreamWriter writer,
                 std::shared_ptr<Users> users) {
    std::string first(co_await reader.readline());
    if (!first.starts_with("CONNECT ") || !first.ends_with('\n')) co_return;
    std::string name = first.substr(8, first.size() - 9);
    if (!users->emplace(name, writer).second) co_return;
    co_await tell_all(users, name + " connected!\n");
    co_await listen_to(reader, name, users);
    users->erase(name);
    co_await tell_all(users, name + " has left the chat\n");
}

Coro<void> serve_all(Endpoint endpoint) {
    auto users = std::make_shared<Users>();
    auto handler = [users](StreamReader reader, StreamWriter writer) {
        return serve(reader, writer, users);
    };
    Server server = start_server(handler, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
