// A chat server for the test, and people who come to it. With TINCAN_OVER_TLS
// they speak TLS, and the same tests are another program.
#pragma once

#include "07-chat/tls_stream.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::test {

inline const std::string kChatServer = TINCAN_BUILD_DIR "/07-chat/chat_server";
inline const std::string kChatClient = TINCAN_BUILD_DIR "/07-chat/chat_client";

#ifdef TINCAN_OVER_TLS
inline constexpr bool kOverTls = true;
#else
inline constexpr bool kOverTls = false;
#endif

// Then all that the program has printed can be read.
inline void expect_exit(Process& process, int code, int seconds = 5) {
    auto exit = process.wait_exit(Deadline(std::chrono::seconds(seconds)));
    ASSERT_TRUE(exit) << to_string(process.command()) << " still runs\n"
                      << process.out();
    process.end();
    EXPECT_EQ(to_string(*exit), "exited with " + std::to_string(code))
        << to_string(process.command()) << '\n'
        << process.err();
}

inline void expect_line(Client& client, std::string_view expected) {
    EXPECT_EQ(client.receive_line(), std::string(expected) + "\n");
}

inline void expect_refusal(Client& client, std::string_view code) {
    std::string line = client.receive_line();
    EXPECT_TRUE(line.starts_with("! " + std::string(code) + " ")) << line;
}

// Checks at its end that the server still runs, and ends well.
class ChatServer : public testing::Test {
protected:
    void TearDown() override {
        if (!server_) return;
        ASSERT_TRUE(process().running()) << process().err();
        process().signal(SIGTERM);
        expect_exit(process(), 0, 7);
        EXPECT_EQ(process().err(), "");
    }

    void start(const std::vector<std::string>& options = {},
               const ProcessOptions& process = {}) {
        Command command{kChatServer, "{port}"};
        command.insert(command.end(), options.begin(), options.end());
        if (kOverTls) {
            certificates_.emplace();
            certificates_->make("server", "IP:127.0.0.1");
            command.insert(command.end(),
                           {"--tls", certificates_->path("server.pem"),
                            certificates_->path("server.key")});
        }
        server_.emplace(Server::ours(command, process));
    }

    Process& process() { return server_->process(); }

    Client connect(ClientOptions options = {}) {
        if (!server_) start();
        if (kOverTls) {
            options.filter = [this] {
                return chat::make_client_filter(
                    chat::make_client_tls(certificates_->ca()), "127.0.0.1");
            };
        }
        return Client(server_->endpoint(), options);
    }

    // Somebody who has just come in, and has read the line that says so.
    Client join(const std::string& name, ClientOptions options = {}) {
        Client client = connect(options);
        client.send("CONNECT " + name + "\n");
        std::string welcome = client.receive_line();
        EXPECT_TRUE(welcome.starts_with("Welcome! ")) << welcome;
        std::string connected = name + " connected!\n";
        while (client.receive_line() != connected) {  // what was said before
        }
        return client;
    }

    std::optional<Certificates> certificates_;
    std::optional<Server> server_;
};

}  // namespace tincan::test
