// A server: accepts clients and starts a handler for each.
//
//   Coro<void> serve(StreamReader reader, StreamWriter writer) { ... }
//
//   Server server = start_server(serve, announce_listener(endpoint));
//   ...
//   server.close();
//   co_await server.wait_closed();
//
// asyncio.start_server, asyncio.Server
#pragma once

#include "06-coroutines/tincan/streams.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tincan {

// Serves one client. Its connection is closed (StreamWriter::close) when it
// returns, and aborted when it throws; what it throws is reported on stderr.
using ClientHandler = std::function<Coro<void>(StreamReader, StreamWriter)>;

struct ServerOptions {
    std::size_t limit = kStreamLimit;  // of the clients' readers
    // Told about clients that could not be taken in; null: printed with say.
    std::function<void(const std::string&)> report;
};

// A handle. When it goes, the server stops accepting; its clients live on.
class Server {
public:
    Server(Server&&) = default;
    Server& operator=(Server&&) = delete;
    ~Server();

    // Takes in who has connected already, and nobody after: the listener is
    // closed.
    void close();
    // No client is read from any more: each handler gets what has been
    // received, then the end of the stream, and can send its last reply.
    void stop_reading();
    // Closes all connections now; what is queued for them is lost.
    void abort_clients();
    // Until the listener is closed, every handler has ended, and every
    // connection is closed.
    Coro<void> wait_closed() const;

    std::size_t clients() const;

private:
    friend Server start_server(ClientHandler, Socket, ServerOptions);
    class State;

    explicit Server(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

// Accepts on `listener` from now on. Out of descriptors, it says so and pauses,
// for 10 ms at first and a second at most; a client whose descriptor the
// selector has no room for is refused.
Server start_server(ClientHandler handler, Socket listener,
                    ServerOptions options = {});

}  // namespace tincan
