// Stage 7, first try: a chat in sixty lines, and all that strangers can do to
// it. Made to be broken; chat_server is what it became.
//
//   $ ./first_chat_server 8000     then, in other terminals, nc localhost 8000
//                                  and type CONNECT Ann, CONNECT Bob, ...
//
// What is wrong with the lines marked (1) to (8) is told in chapter 7.1 of the
// book.

#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"

#include <map>
#include <memory>
#include <string>

using namespace tincan;

namespace {

// #region chat
struct Chat {
    std::map<std::string, StreamWriter> users;

    void tell_all(const std::string& text) {
        for (auto& [name, writer] : users)
            writer.write(text);  // (1)
    }
};

Coro<void> serve(StreamReader reader, StreamWriter writer,
                 std::shared_ptr<Chat> chat) {
    std::string first(co_await reader.readline());         // (2)
    if (!first.starts_with("CONNECT")) co_return;          // (3)
    std::string name = first.substr(8, first.size() - 9);  // (4)
    chat->users.insert_or_assign(name, writer);            // (5)
    writer.write(
        fmt::format("Welcome! {} user(s) are online!\n", chat->users.size()));
    chat->tell_all(name + " connected!\n");
    for (;;) {
        std::string line(co_await reader.readline());  // (6)
        if (line.empty()) break;
        chat->tell_all(fmt::format("{}: {}", name, line));  // (7)
    }
    chat->tell_all(name + " has left the chat\n");  // (8)
}
// #endregion chat

Coro<void> serve_all(Endpoint endpoint) {
    auto chat = std::make_shared<Chat>();
    auto handler = [chat](StreamReader reader, StreamWriter writer) {
        return serve(reader, writer, chat);
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
