// Stage 6: an echo server that tells everyone who comes and goes.
//
//   $ ./counting_echo_server 8000      then, in two other terminals: nc ...
//
// Not here: what clients say to each other (stage 7).

#include "01-blocking/program.hpp"
#include "06-coroutines/arguments.hpp"
#include "06-coroutines/serve.hpp"
#include "06-coroutines/tincan/tincan.hpp"

#include <list>
#include <memory>
#include <string>

using namespace tincan;

namespace {

// A client with more than this waiting for it does not read.
constexpr std::size_t kMostUnsent = 256 * 1024;

// #region clients
// All who are online. Nothing in here waits: whoever waited for one client
// would keep the news from all others, and find the list changed afterwards.
class Clients {
public:
    using Entry = std::list<StreamWriter>::iterator;

    Entry add(StreamWriter writer) {
        Entry entry = writers_.insert(writers_.end(), writer);
        writer.write(
            fmt::format("Welcome! {} user(s) are online!\n", writers_.size()));
        tell_all("New user connected!\n");
        return entry;
    }

    void remove(Entry entry) {
        writers_.erase(entry);
        tell_all(fmt::format("Client disconnected. {} user(s) are online!\n",
                             writers_.size()));
    }

private:
    // Who does not read is cut off. It stays in the list: its own task finds
    // the connection broken and removes it, the only one who ever does.
    void tell_all(const std::string& news) {
        for (StreamWriter& writer : writers_) {
            if (writer.queued() + news.size() > kMostUnsent) {
                say("{} does not read", writer.peer());
                writer.abort();
            } else {
                writer.write(news);
            }
        }
    }

    std::list<StreamWriter> writers_;
};
// #endregion clients

// #region membership
// Online as long as this lives, however its task ends.
class Membership {
public:
    Membership(std::shared_ptr<Clients> clients, const StreamWriter& writer)
        : clients_(std::move(clients)), entry_(clients_->add(writer)) {}
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership() { clients_->remove(entry_); }

private:
    std::shared_ptr<Clients> clients_;
    Clients::Entry entry_;
};
// #endregion membership

// #region serve
Coro<void> echo(StreamReader reader, StreamWriter writer) {
    for (;;) {
        std::string_view line = co_await reader.readline();
        if (line.empty()) co_return;
        writer.write(line);
        co_await writer.drain();
    }
}

Coro<void> serve(StreamReader reader, StreamWriter writer,
                 std::shared_ptr<Clients> clients) {
    say("{} connected", writer.peer());
    Membership membership(clients, writer);
    try {
        co_await echo(reader, writer);
        say("{} disconnected", writer.peer());
    } catch (const std::exception& error) {
        say("{} disconnected: {}", writer.peer(), error.what());
    }
}
// #endregion serve

Coro<void> serve_all(Endpoint endpoint) {
    auto clients = std::make_shared<Clients>();
    auto handler = [clients](StreamReader reader, StreamWriter writer) {
        return serve(reader, writer, clients);
    };
    Server server = start_server(handler, announce_listener(endpoint));
    co_await serve_until_signal(std::move(server));
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](Arguments arguments) {
        std::string selector = selector_argument(arguments);
        Endpoint endpoint =
            server_arguments(arguments, "8000", kServerSynopsis);
        run(serve_all(endpoint), selector);
    });
}
