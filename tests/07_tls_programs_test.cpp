// The chat's programs over TLS, with those of OpenSSL at the other end.
#include "tests/07_support.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

using namespace tincan::test;
using namespace std::chrono_literals;
namespace chat = tincan::chat;

namespace {

// A chat server with a certificate for 127.0.0.1 and localhost.
class TlsPrograms : public testing::Test {
protected:
    void SetUp() override {
        certificates_.make("server", "DNS:localhost,IP:127.0.0.1");
        server_.emplace(Server::ours({kChatServer, "--tls", path("server.pem"),
                                      path("server.key"), "{port}"}));
    }
    void TearDown() override {
        ASSERT_TRUE(server_->process().running()) << server_->process().err();
        server_->process().signal(SIGTERM);
        expect_exit(server_->process(), 0, 7);
        EXPECT_EQ(server_->process().err(), "");
    }

    std::string path(const std::string& name) const {
        return certificates_.path(name);
    }
    std::string port() const { return std::to_string(server_->port()); }
    void expect_log(const std::string& text) {
        server_->process().wait_for_line(text, Deadline(5s));
    }

    Command s_client(const Command& more = {}) const {
        Command all{
            "openssl", "s_client",         "-quiet",   "-verify_return_error",
            "-CAfile", certificates_.ca(), "-connect", "127.0.0.1:" + port()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    Command chat_client(const Command& more, std::string host = "127.0.0.1") {
        Command all{kChatClient, std::move(host), port(), "--name", "Ann"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    // One who trusts `ca` and nobody else.
    Client connect(const std::string& ca) {
        ClientOptions options;
        options.filter = [ca] {
            return chat::make_client_filter(chat::make_client_tls(ca),
                                            "127.0.0.1");
        };
        return Client(server_->endpoint(), options);
    }

    Certificates certificates_;
    std::optional<Server> server_;
};

TEST_F(TlsPrograms, TheServerTalksToSClient) {
    Process ann(s_client({"-verify_hostname", "localhost"}));
    ann.write("CONNECT Ann\nhello\n", Deadline(5s));
    ann.wait_for_line("Ann: hello", Deadline(5s));
    Client bob = connect(certificates_.ca());
    bob.send("CONNECT Bob\n");
    ann.wait_for_line("Bob connected!", Deadline(5s));
    ann.write("/quit\n", Deadline(5s));
    expect_exit(ann, 0);
    EXPECT_EQ(ann.out(),
              "Welcome! 1 user(s) are online!\nAnn connected!\nAnn: hello\n"
              "Bob connected!\n");
}

TEST_F(TlsPrograms, TheServerRefusesTls11) {
    Process old(s_client({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"}));
    expect_exit(old, 1);
    EXPECT_NE(old.err().find("protocol version"), std::string::npos)
        << old.err();
    expect_log("TLS: unsupported protocol");
}

TEST_F(TlsPrograms, TheServerRefusesRenegotiation) {
    Command command = s_client({"-tls1_2"});
    std::erase(command, "-quiet");  // else R is not a command
    Process ann(command);
    ann.wait_for_line("Verify return code: 0", Deadline(5s));
    ann.write("R\n", Deadline(5s));
    expect_exit(ann, 1);
    EXPECT_NE(ann.err().find("no renegotiation"), std::string::npos)
        << ann.err();
}

// With an RSA key there is a way of TLS 1.2 that the key alone opens, whenever
// it is stolen.
TEST_F(TlsPrograms, TheServerTakesNoCipherThatItsKeyCouldOpenLater) {
    Process making({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-keyout", path("rsa.key"), "-out", path("rsa.pem"),
                    "-subj", "/CN=localhost", "-days", "2"});
    expect_exit(making, 0, 20);
    Server server = Server::ours(
        {kChatServer, "--tls", path("rsa.pem"), path("rsa.key"), "{port}"});
    Command command{"openssl", "s_client", "-quiet", "-connect",
                    fmt::format("127.0.0.1:{}", server.port())};
    command.insert(command.end(), {"-tls1_2", "-cipher", "AES128-GCM-SHA256"});
    Process old(command);
    expect_exit(old, 1);
    EXPECT_NE(old.err().find("handshake failure"), std::string::npos)
        << old.err();
    server.process().wait_for_line("TLS: no shared cipher", Deadline(5s));

    command.back() = "ECDHE-RSA-AES128-GCM-SHA256";
    Process other(command);
    other.write("CONNECT Ann\n", Deadline(5s));
    other.wait_for_line("Ann connected!", Deadline(5s));
}

TEST_F(TlsPrograms, PlainTextOnTheTlsPortIsClosedWithAReasonInTheLog) {
    Client plain(server_->endpoint());
    plain.send("CONNECT Ann\n");
    plain.receive_to_any_end();
    expect_log("TLS: this is not TLS");
    Client silent(server_->endpoint());
    silent.send("\x16\x03\x01");
    silent.half_close();
    silent.receive_to_any_end();
    expect_log("TLS: closed in the middle of the handshake");
}

TEST_F(TlsPrograms, SighupShowsANewCertificateToWhoComesAfterIt) {
    Client before = connect(certificates_.ca());
    before.send("CONNECT Ann\n");
    expect_line(before, "Welcome! 1 user(s) are online!");

    Certificates others;
    others.make("server", "IP:127.0.0.1");
    std::filesystem::copy(others.path("server.key"), path("server.key"),
                          std::filesystem::copy_options::overwrite_existing);
    server_->process().signal(SIGHUP);
    expect_log("key values mismatch");
    Client still = connect(certificates_.ca());

    std::filesystem::copy(others.path("server.pem"), path("server.pem"),
                          std::filesystem::copy_options::overwrite_existing);
    server_->process().signal(SIGHUP);
    expect_log("new-certificate");
    EXPECT_THROW(connect(certificates_.ca()), Failure);
    Client after = connect(others.ca());
    after.send("CONNECT Bob\n");
    expect_line(after, "Welcome! 2 user(s) are online!");
    expect_line(before, "Ann connected!");
    expect_line(before, "Bob connected!");
}

TEST_F(TlsPrograms, OurClientTalksToOurServer) {
    for (const char* host : {"127.0.0.1", "localhost"}) {
        Process ann(chat_client({"--tls", "--ca", certificates_.ca()}, host));
        ann.write("hello\nbye", Deadline(5s));
        ann.close_stdin();
        expect_exit(ann, 0);
        EXPECT_TRUE(ann.out().ends_with("Ann: hello\nAnn: bye\n")) << ann.out();
        EXPECT_EQ(ann.err(), "");
    }
}

TEST_F(TlsPrograms, OurClientDoesNotTalkToWhomItDoesNotBelieve) {
    Process ann(chat_client({"--tls"}));
    expect_exit(ann, 1);
    EXPECT_EQ(ann.err(),
              "chat_client: the server's certificate: unable to get local "
              "issuer certificate\n");
    EXPECT_EQ(ann.out(), "");
    expect_log("alert unknown ca");
}

TEST_F(TlsPrograms, InsecureSaysSoLoudlyAndTalks) {
    Process ann(chat_client({"--tls", "--insecure"}));
    ann.write("hello\n", Deadline(5s));
    ann.close_stdin();
    expect_exit(ann, 0);
    EXPECT_TRUE(ann.out().ends_with("Ann: hello\n")) << ann.out();
    EXPECT_TRUE(
        ann.out().starts_with("WARNING: nobody knows who this server "
                              "is (--insecure)."))
        << ann.out();
    EXPECT_EQ(ann.err(), "");
}

TEST_F(TlsPrograms, OurClientSaysThatAServerDoesNotSpeakTls) {
    Server plain = Server::foreign({"nc.openbsd", "-l", "127.0.0.1", "{port}"});
    plain.process().write("hello\n", Deadline(5s));
    Process ann({kChatClient, "127.0.0.1", std::to_string(plain.port()),
                 "--name", "Ann", "--tls"});
    expect_exit(ann, 1);
    EXPECT_EQ(ann.err(), "chat_client: TLS: this is not TLS\n");
}

// OpenSSL's server.
class SServer : public testing::Test {
protected:
    void start(const Command& more = {}, int days = 2) {
        certificates_.make("server", "DNS:localhost", days);
        Command command{"openssl",  "s_server",
                        "-accept",  "127.0.0.1:{port}",
                        "-cert",    certificates_.path("server.pem"),
                        "-key",     certificates_.path("server.key"),
                        "-naccept", "1"};
        command.insert(command.end(), more.begin(), more.end());
        server_.emplace(Server::foreign(command));
    }
    Process& process() { return server_->process(); }
    Command client() {
        return {kChatClient,
                "localhost",
                std::to_string(server_->port()),
                "--name",
                "Ann",
                "--tls",
                "--ca",
                certificates_.ca()};
    }

    Certificates certificates_;
    std::optional<Server> server_;
};

TEST_F(SServer, TalksToOurClientAndIsToldTheNameItIsCalledBy) {
    start({"-tlsextdebug"});
    Process ann(client());
    process().wait_for_line("TLS client extension \"server name\"",
                            Deadline(5s));
    process().wait_for_line("CONNECT Ann", Deadline(5s));
    process().write("Welcome! 1 user(s) are online!\n", Deadline(5s));
    ann.wait_for_line("Welcome!", Deadline(5s));
    process().write("Ann connected!\n", Deadline(5s));
    ann.write("hello\n", Deadline(5s));
    process().wait_for_line("hello", Deadline(5s));
    ann.close_stdin();
    process().wait_for_line("DONE", Deadline(5s));
    expect_exit(ann, 0);
}

TEST_F(SServer, ACutConnectionIsAnErrorForOurClient) {
    start({"-quiet"});
    Process ann(client());
    process().wait_for_line("CONNECT Ann", Deadline(5s));
    process().write("Welcome! 1 user(s) are online!\nAnn connected!\n",
                    Deadline(5s));
    ann.wait_for_line("Ann connected!", Deadline(5s));
    process().signal(SIGKILL);
    expect_exit(ann, 1);
    EXPECT_EQ(ann.err(),
              "chat_client: TLS: closed without saying so (close_notify)\n");
}

TEST_F(SServer, AnExpiredCertificateIsNotBelieved) {
    start({}, -1);
    Process ann(client());
    expect_exit(ann, 1);
    EXPECT_EQ(ann.err(),
              "chat_client: the server's certificate: certificate has "
              "expired\n");
}

TEST_F(SServer, OfTls11IsNotTalkedTo) {
    start({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"});
    Process ann(client());
    expect_exit(ann, 1);
    EXPECT_TRUE(ann.err().starts_with("chat_client: TLS: ")) << ann.err();
}

// How a program ends that is called like this.
void expect_refusal(const Command& command, int code, const std::string& says) {
    Process process(command);
    expect_exit(process, code);
    EXPECT_NE(process.err().find(says), std::string::npos) << process.err();
}

TEST(TlsArguments, AreCheckedBeforeAnythingIsDone) {
    expect_refusal({kChatServer, "0", "--tls", "/no/cert", "/no/key"}, 1,
                   "chat_server: /no/cert: No such file or directory\n");
    expect_refusal({kChatServer, "0", "--tls", "/no/cert"}, 2, "--tls");
    // Not in the clear, and not with the system's CAs.
    expect_refusal({kChatServer, "0", "--tls", "", ""}, 2, "no file name");
    expect_refusal({kChatServer, "0", "--tls", "", "key"}, 2, "no file name");
    expect_refusal({kChatClient, "--tls", "--ca", ""}, 2, "no file name");
    expect_refusal({kChatClient, "--ca", "/no/ca"}, 2, "--tls");
    expect_refusal({kChatClient, "--insecure"}, 2, "--tls");
    expect_refusal({kChatClient, "--tls", "--ca", "x", "--insecure"}, 2,
                   "--insecure");
    expect_refusal({kChatClient, "--tls", "--ca", "/no/ca"}, 1,
                   "chat_client: /no/ca: No such file or directory\n");
}

}  // namespace
