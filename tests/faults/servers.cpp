#include "tests/faults/servers.hpp"

#include <algorithm>

namespace tincan::faults {

using test::Command;

Command built(const std::string& program, const Command& options) {
    Command command{std::string(TINCAN_BUILD_DIR) + "/" + program};
    command.insert(command.end(), options.begin(), options.end());
    if (std::ranges::find(options, "{port}") == options.end()) {
        command.push_back("{port}");
    }
    return command;
}

const std::vector<Subject> kServers{
    {.name = "01_echo_server",
     .command = built("01-blocking/echo_server"),
     .conversation = &kEcho,
     .one_at_a_time = true},
    {.name = "01_message_echo_server",
     .command = built("01-blocking/message_echo_server"),
     .conversation = &kMessageEcho,
     .one_at_a_time = true},
    {.name = "02_echo_server",
     .command = built("02-nonblocking-busy/echo_server"),
     .conversation = &kEcho,
     .busy = true},
    {.name = "03_echo_server",
     .command = built("03-select/echo_server"),
     .conversation = &kEcho},
    {.name = "04_echo_server",
     .command = built("04-poll/echo_server"),
     .conversation = &kEcho},
    {.name = "04_epoll_echo_server",
     .command = built("04-poll/epoll_echo_server"),
     .conversation = &kEcho},
    {.name = "04_epoll_echo_server_edge",
     .command = built("04-poll/epoll_echo_server", {"--edge"}),
     .conversation = &kEcho},
    {.name = "04_chat_server",
     .command = built("04-poll/chat_server"),
     .conversation = &kNulChat},
    {.name = "05_echo_server",
     .command = built("05-threads/echo_server"),
     .conversation = &kEcho},
    {.name = "05_pool_echo_server",
     .command = built("05-threads/pool_echo_server"),
     .conversation = &kEcho},
    {.name = "05_fork_echo_server",
     .command = built("05-threads/fork_echo_server"),
     .conversation = &kEcho},
    {.name = "05_message_echo_server",
     .command = built("05-threads/message_echo_server"),
     .conversation = &kNamedMessageEcho},
    {.name = "05_chat_server",
     .command = built("05-threads/chat_server"),
     .conversation = &kNulChat},
    {.name = "06_echo_server_select",
     .command = built("06-coroutines/echo_server", {"--selector=select"}),
     .conversation = &kEcho},
    {.name = "06_echo_server_poll",
     .command = built("06-coroutines/echo_server", {"--selector=poll"}),
     .conversation = &kEcho},
    {.name = "06_echo_server_epoll",
     .command = built("06-coroutines/echo_server", {"--selector=epoll"}),
     .conversation = &kEcho},
    {.name = "06_sock_echo_server",
     .command = built("06-coroutines/sock_echo_server"),
     .conversation = &kEcho},
    {.name = "06_task_errors",
     .command = built("06-coroutines/task_errors", {"caught"}),
     .conversation = &kEchoedLines,
     .arrival = "got a connection"},
    {.name = "06_stream_echo_server",
     .command = built("06-coroutines/stream_echo_server"),
     .conversation = &kEcho,
     .arrival = "connection accepted"},
    {.name = "06_simple_connections",
     .command = built("06-coroutines/simple_connections",
                      {"server", "{port}", "3600"}),
     .conversation = &kCountedLines,
     .not_always = "shutdown"},  // not if all it said has been acknowledged
    {.name = "06_counting_echo_server",
     .command = built("06-coroutines/counting_echo_server"),
     .conversation = &kCountingEcho},
    {.name = "06_protocol_chat_server",
     .command = built("06-coroutines/protocol_chat_server"),
     .conversation = &kNulChat},
#ifdef TINCAN_HAS_GREEN_THREADS
    {.name = "06_green_chat_server_select",
     .command = built("06-coroutines/green_chat_server", {"--selector=select"}),
     .conversation = &kNulChat},
    {.name = "06_green_chat_server_epoll",
     .command = built("06-coroutines/green_chat_server", {"--selector=epoll"}),
     .conversation = &kNulChat},
#endif
#ifdef TINCAN_HAS_STAGE_7  // it needs more packages than the others
    {.name = "07_chat_server_select",
     .command = built("07-chat/chat_server", {"--selector=select"}),
     .conversation = &kLineChat},
    {.name = "07_chat_server_epoll",
     .command = built("07-chat/chat_server", {"--selector=epoll"}),
     .conversation = &kLineChat},
#endif
};

void PrintTo(const Subject& server, std::ostream* out) {
    *out << test::to_string(server.command);
}

std::string test_name(const testing::TestParamInfo<Subject>& server) {
    return server.param.name;
}

}  // namespace tincan::faults
