// Stage 7: the chat's client. On a terminal, messages scroll by above the line
// being typed; in a pipe, lines go in and lines come out.
//
//   $ ./chat_client                     asks for your name
//   $ ./chat_client --name Ann < script

#include "06-coroutines/tincan/run.hpp"
#include "07-chat/command_line.hpp"
#include "07-chat/line_client.hpp"
#include "07-chat/protocol.hpp"
#include "07-chat/screen.hpp"
#include "07-chat/screen_client.hpp"

using namespace tincan;
using namespace tincan::chat;

namespace {

struct TlsChoice {
    bool on = false;
    bool insecure = false;
    std::string ca;
};

void add_tls(CLI::App& app, TlsChoice& choice) {
    CLI::Option* tls = app.add_flag("--tls", choice.on,
                                    "speak TLS, with a server that proves who "
                                    "it is");
    app.add_option("--ca", choice.ca,
                   "believe this CA, a PEM file, and not the system's")
        ->check(file_name())
        ->type_name("FILE")
        ->needs(tls);
    app.add_flag("--insecure", choice.insecure,
                 "believe any server: whoever is in between can read and "
                 "change all")
        ->needs(tls)
        ->excludes("--ca");
}

TlsContext context_for(const TlsChoice& choice) {
    if (!choice.on) return {};
    return choice.insecure ? make_insecure_client_tls()
                           : make_client_tls(choice.ca);
}

}  // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv, [](const Arguments& arguments) {
        Endpoint server{"127.0.0.1", "8000"};
        std::string name;
        bool once = false;
        CLI::App app("A client for chat_server; in a pipe, a line client.",
                     "chat_client");
        add_host(app, server);
        add_port(app, server);
        app.add_option("--name", name, "who you are; else you are asked")
            ->check([](const std::string& text) {
                return check_text(text) ? "not text" : "";
            });
        app.add_flag("--once", once,
                     "end with the connection, don't make another");
        TlsChoice tls;
        add_tls(app, tls);
        if (!parse_command_line(app, arguments, "[OPTIONS] [HOST [PORT]]")) {
            return;
        }
        use_utf8_locale();
        TlsContext context = context_for(tls);
        auto connect = [server, context] { return open_link(server, context); };
        run(can_draw() ? screen_client(connect, name, once)
                       : line_client(server, context, name));
    });
}
