// Stage 7: a chat that strangers can be let loose on.
//
//   $ ./chat_server 8000        then, in other terminals: ./chat_client, or
//                               nc localhost 8000 and type CONNECT Ann
//
// Ctrl-C or SIGTERM: everybody is told and gets what is on its way, for five
// seconds at most.
//
// Not here yet: TLS.

#include "06-coroutines/tincan/run.hpp"
#include "06-coroutines/tincan/server.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/timeout.hpp"
#include "07-chat/command_line.hpp"
#include "07-chat/session.hpp"

#include <csignal>
#include <set>

using namespace tincan;
using namespace tincan::chat;

namespace {

// #region server
class ChatServer {
public:
    explicit ChatServer(const Limits& limits)
        : limits_(limits), rooms_(limits.history) {}

    // A handler for start_server.
    Coro<void> serve(StreamReader reader, StreamWriter writer) {
        say("{} connected", writer.peer());
        Session session(std::move(reader), std::move(writer), rooms_, limits_);
        Entry entry(sessions_, session);
        co_await session.run();
    }

    void end() {
        rooms_.dissolve();
        for (Session* session : sessions_)
            session->end(shutdown_line());
    }

private:
    using Sessions = std::set<Session*>;

    // In the table for as long as it lives.
    struct Entry {
        Entry(Sessions& in, Session& of) : sessions(in), session(of) {
            sessions.insert(&session);
        }
        Entry(const Entry&) = delete;
        ~Entry() { sessions.erase(&session); }

        Sessions& sessions;
        Session& session;
    };

    const Limits& limits_;
    Rooms rooms_;
    Sessions sessions_;
};
// #endregion server

struct Options {
    Endpoint endpoint{"127.0.0.1", "8000"};
    Limits limits;
    std::string selector = "epoll";
};

// #region serve_all
// Serves until the first SIGINT or SIGTERM; a second one cuts everybody off.
Coro<void> serve_all(Options options) {
    EventLoop& loop = EventLoop::running();
    ChatServer chat(options.limits);
    auto serve = [&](StreamReader reader, StreamWriter writer) {
        return chat.serve(std::move(reader), std::move(writer));
    };
    Server server = start_server(serve, announce_listener(options.endpoint));
    Event stop;
    SignalScope signals(loop, {SIGINT, SIGTERM}, [&] {
        if (stop.is_set()) server.abort_clients();
        stop.set();
    });

    co_await stop.wait();
    server.close();
    chat.end();
    server.stop_reading();
    Handle deadline = loop.call_later(options.limits.shutdown,
                                      [&] { server.abort_clients(); });
    co_await server.wait_closed();
    deadline.cancel();
}
// #endregion serve_all

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Options options;
        CLI::App app("A chat server: one line per message, UTF-8.",
                     "chat_server");
        add_port(app, options.endpoint);
        add_host(app, options.endpoint);
        add_seconds(app, "--idle", options.limits.idle,
                    "send away who says nothing for so long");
        add_rate(app, "--rate", options.limits.rate,
                 "lines a second from one user; 0: no limit");
        add_count<std::size_t>(app, "--history", options.limits.history, 0, 50,
                               "messages that a room keeps for newcomers");
        app.add_option("--selector", options.selector)
            ->check(CLI::IsMember({"select", "poll", "epoll"}))
            ->capture_default_str();
        if (parse_command_line(app, arguments, "[OPTIONS] [PORT [HOST]]")) {
            run(serve_all(options), options.selector);
        }
    });
}
