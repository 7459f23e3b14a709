// The chat client's screen over TLS.
#include "tests/07_support.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

TEST(TlsScreen, TalksAndWarnsWhenItIsInsecure) {
    Certificates certificates;
    certificates.make("server", "IP:127.0.0.1");
    Server server = Server::ours({kChatServer, "{port}", "--tls",
                                  certificates.path("server.pem"),
                                  certificates.path("server.key")});
    ProcessOptions options;
    options.environment = {{"TERM", "xterm-256color"}, {"LC_ALL", "C.UTF-8"}};
    for (bool insecure : {false, true}) {
        Command command{kChatClient, "127.0.0.1", std::to_string(server.port()),
                        "--name",    "Ann",       "--tls"};
        if (insecure) {
            command.emplace_back("--insecure");
        } else {
            command.insert(command.end(), {"--ca", certificates.ca()});
        }
        Terminal terminal(command, {}, options);
        terminal.wait_for_text("Ann connected!");
        terminal.type("hello\r");
        terminal.wait_for_text("Ann: hello");
        std::size_t warning = terminal.text().find(" WARNING: nobody knows");
        ASSERT_EQ(warning != std::string::npos, insecure) << terminal.text();
        // Told by the client itself, with the time: nobody of that name spoke.
        if (insecure) {
            EXPECT_EQ(terminal.text()[warning - 3], ':');
        }
        terminal.type("/quit\r");
        auto exit = terminal.wait_exit();
        ASSERT_TRUE(exit) << terminal.text();
        EXPECT_EQ(to_string(*exit), "exited with 0") << terminal.text();
    }
}

}  // namespace
