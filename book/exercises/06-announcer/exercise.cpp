// An echo server that tells all clients what is typed in its own terminal.
//
//   $ ./announcer 8000          then, in two other terminals: nc localhost 8000

#include "01-blocking/program.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <iostream>
#include <list>
#include <memory>
#include <string>

using namespace tincan;

namespace {

using Everybody = std::shared_ptr<std::list<StreamWriter>>;

// In the list for as long as it lives.
class Entry {
public:
    Entry(Everybody everybody, StreamWriter writer)
        : everybody_(std::move(everybody)),
          place_(everybody_->insert(everybody_->end(), std::move(writer))) {}
    Entry(const Entry&) = delete;
    ~Entry() { everybody_->erase(place_); }

private:
    Everybody everybody_;
    std::list<StreamWriter>::iterator place_;
};

Coro<void> echo(StreamReader reader, StreamWriter writer, Everybody everybody) {
    Entry entry(everybody, writer);
    for (;;) {
        std::string_view bytes = co_await reader.read();
        if (bytes.empty()) co_return;
        writer.write(bytes);
        co_await writer.drain();
    }
}

void tell(const Everybody& everybody, std::string_view line) {
    for (StreamWriter& writer : *everybody)
        writer.write(line);
}

Coro<void> announce(Everybody everybody) {
    // #region starter
    std::string line;
    while (std::getline(std::cin, line))
        tell(everybody, line + "\n");
    co_await sleep(std::chrono::seconds(0));
    // #endregion starter
    // #region solution
    StreamReader input = connect_stdin();
    for (;;) {
        std::string_view line = co_await input.readline();
        if (line.empty()) co_return;
        tell(everybody, line);
    }
    // #endregion solution
}

Coro<void> serve_all(Endpoint endpoint) {
    auto everybody = std::make_shared<std::list<StreamWriter>>();
    auto serve = [everybody](StreamReader reader, StreamWriter writer) {
        return echo(reader, writer, everybody);
    };
    Server server = start_server(serve, announce_listener(endpoint));
    co_await announce(everybody);
    server.close();
    server.abort_clients();
    co_await server.wait_closed();
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        run(serve_all(server_arguments(arguments, "8000")));
    });
}
