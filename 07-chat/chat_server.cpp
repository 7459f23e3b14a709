// Stage 7: a chat that strangers can be let loose on.
//
//   $ ./chat_server 8000        then, in other terminals: ./chat_client, or
//                               nc localhost 8000 and type CONNECT Ann
//
// Ctrl-C or SIGTERM: everybody is told and gets what is on its way, for five
// seconds at most. SIGUSR1: how much there is of everything, into the log.
// SIGHUP, with --tls: the certificate has changed.

#include "06-coroutines/tincan/run.hpp"
#include "06-coroutines/tincan/server.hpp"
#include "06-coroutines/tincan/sleep.hpp"
#include "06-coroutines/tincan/sync.hpp"
#include "07-chat/options.hpp"
#include "07-chat/server.hpp"
#include "07-chat/tls_door.hpp"

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

using namespace tincan;
using namespace tincan::chat;

namespace {

Coro<void> log_stats_every(Duration period, ChatServer& chat) {
    for (;;) {
        co_await sleep(period);
        chat.log_stats();
    }
}

Server start(ChatServer& chat, Socket listener, Log& log) {
    ServerOptions options;
    options.report = [&log](const std::string& what) {
        log.warning("accept", {{"what", what}});
    };
    auto serve = [&chat](StreamReader reader, StreamWriter writer) {
        return chat.serve(std::move(reader), std::move(writer));
    };
    return start_server(serve, std::move(listener), std::move(options));
}

TlsDoor open_door(const ServerConfig& config) {
    const auto& [certificate, key] = config.tls;
    if (certificate.empty()) return {};
    return {certificate, key};
}

void fit(Limits& limits, std::size_t seats, Log& log) {
    if (limits.max_clients <= seats) return;
    log.warning("too-few-descriptors",
                {{"max-clients", std::to_string(limits.max_clients)},
                 {"seats", std::to_string(seats)}});
    limits.max_clients = seats;
}

// #region reload
// What is no good changes nothing.
void reload(TlsDoor& door, Log& log) {
    try {
        door.reload();
        log.info("new-certificate", {});
    } catch (const std::exception& error) {
        log.warning("still-the-old-certificate", {{"what", error.what()}});
    }
}
// #endregion reload

// #region serve_all
// Serves until the first SIGINT or SIGTERM; a second one cuts everybody off.
Coro<void> serve_all(ServerConfig config, std::size_t seats) {
    EventLoop& loop = EventLoop::running();
    Log log(config.log_level, STDOUT_FILENO);
    TlsDoor door = open_door(config);
    ChatServer chat(config.limits, log, door);
    Socket listener = listen_on(config.endpoint);
    std::string where = to_string(local_address(listener));
    Server server = start(chat, std::move(listener), log);
    Event stop;
    SignalScope ending(loop, {SIGINT, SIGTERM}, [&] {
        if (stop.is_set()) server.abort_clients();
        stop.set();
    });
    SignalScope asking(loop, {SIGUSR1}, [&] { chat.log_stats(); });
    std::optional<SignalScope> reloading;
    if (door) {
        std::vector<int> hangup{SIGHUP};
        reloading.emplace(loop, hangup, [&] { reload(door, log); });
    }
    std::optional<Task<void>> stats;
    if (config.stats) {
        stats = loop.create_task(log_stats_every(*config.stats, chat), "stats");
    }
    print_line("listening on {}", where);
    fit(config.limits, seats, log);

    co_await stop.wait();
    server.close();
    chat.end();
    server.stop_reading();
    Handle deadline = loop.call_later(config.limits.shutdown,
                                      [&] { server.abort_clients(); });
    co_await server.wait_closed();
    deadline.cancel();
    if (stats) stats->cancel();
}
// #endregion serve_all

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        std::optional<ServerConfig> config = server_config(arguments);
        if (!config) return;
        // Who reads the log may go before us.
        std::signal(SIGPIPE, SIG_IGN);
        std::size_t seats = seats_for(raise_descriptor_limit());
        run(serve_all(*config, seats), config->selector);
    });
}
