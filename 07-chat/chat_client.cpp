// Stage 7: the chat's client. On a terminal, messages scroll by above the line
// being typed; in a pipe, lines go in and lines come out.
//
//   $ ./chat_client                     asks for your name
//   $ ./chat_client --name Ann < script
//
// Not here yet: scrolling back, history, completion, reconnecting, TLS.

#include "06-coroutines/tincan/run.hpp"
#include "07-chat/command_line.hpp"
#include "07-chat/line_client.hpp"
#include "07-chat/protocol.hpp"
#include "07-chat/screen.hpp"
#include "07-chat/screen_client.hpp"

using namespace tincan;
using namespace tincan::chat;

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Endpoint server{"127.0.0.1", "8000"};
        std::string name;
        CLI::App app("A client for chat_server; in a pipe, a line client.",
                     "chat_client");
        add_host(app, server);
        add_port(app, server);
        app.add_option("--name", name, "who you are; else you are asked")
            ->check([](const std::string& text) {
                return check_text(text) ? "not text" : "";
            });
        if (!parse_command_line(app, arguments, "[OPTIONS] [HOST [PORT]]")) {
            return;
        }
        use_utf8_locale();
        run(can_draw() ? screen_client(server, name)
                       : line_client(server, name));
    });
}
