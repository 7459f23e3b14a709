// The chat client as a line client: what scripts and pipes use, and what it
// does when the server is not what it should be.

#include "01-blocking/connection.hpp"
#include "tests/07_support.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

class ChatClient : public testing::Test {
protected:
    void SetUp() override {
        server_.emplace(Server::ours({kChatServer, "{port}"}));
    }

    Command command(const Command& more = {}) {
        Command all{kChatClient, "127.0.0.1", std::to_string(server_->port())};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    std::optional<Server> server_;
};

TEST_F(ChatClient, SendsItsLinesPrintsWhatComesAndEnds) {
    Process client(command());
    client.write("Ann\nhello\n//x\nbye", Deadline(5s));
    client.close_stdin();
    expect_exit(client, 0);
    EXPECT_EQ(client.out(),
              "Welcome! 1 user(s) are online!\nAnn connected!\n"
              "Ann: hello\nAnn: /x\nAnn: bye\n");
    EXPECT_EQ(client.err(), "");
}

TEST_F(ChatClient, TakesItsInputFromAFileOrFromNothing) {
    std::string script =
        testing::TempDir() + "chat_script" + std::to_string(::getpid());
    std::ofstream(script) << "Ann\r\nhello\r\n";
    std::string call =
        "'" + kChatClient + "' 127.0.0.1 " + std::to_string(server_->port());
    Process from_file({"sh", "-c", call + " < " + script});
    expect_exit(from_file, 0);
    EXPECT_TRUE(from_file.out().ends_with("Ann: hello\n")) << from_file.out();
    std::remove(script.c_str());

    Process from_nothing({"sh", "-c", call + " --name Bob < /dev/null"});
    expect_exit(from_nothing, 0);
    EXPECT_TRUE(from_nothing.out().ends_with("Bob connected!\n"));

    // It says so at once, and doesn't stay to listen.
    Process from_directory({"sh", "-c", call + " --name Cid < /"});
    expect_exit(from_directory, 1);
    EXPECT_EQ(from_directory.err(), "chat_client: read: Is a directory\n");

    Process nameless({"sh", "-c", call + " < /dev/null"});
    expect_exit(nameless, 1);
    EXPECT_EQ(nameless.err(), "chat_client: no name given\n");
}

// All at once would be a flood, of which the server drops the rest.
TEST_F(ChatClient, SendsALongScriptNoFasterThanTheServerAllows) {
    Process client(command({"--name", "Ann"}));
    client.write("1\n2\n3\n4\n5\n6\n7\n", Deadline(5s));
    client.close_stdin();
    expect_exit(client, 0, 10);
    EXPECT_EQ(client.out(),
              "Welcome! 1 user(s) are online!\nAnn connected!\nAnn: 1\n"
              "Ann: 2\nAnn: 3\nAnn: 4\nAnn: 5\nAnn: 6\nAnn: 7\n");
}

TEST_F(ChatClient, LetsTwoPeopleTalk) {
    Process ann(command({"--name", "Ann"}));
    ann.wait_for_line("Ann connected!", Deadline(5s));
    Process bob(command({"--name", "Bob"}));
    ann.wait_for_line("Bob connected!", Deadline(5s));
    bob.write("hello Ann\n", Deadline(5s));
    EXPECT_EQ(ann.wait_for_line("Bob", Deadline(5s)), "Bob: hello Ann");
    ann.write("hello Bob\n", Deadline(5s));
    bob.wait_for_line("Ann: hello Bob", Deadline(5s));
    bob.write("/quit\n", Deadline(5s));
    expect_exit(bob, 0);
    ann.wait_for_line("Bob has left the chat", Deadline(5s));
}

TEST_F(ChatClient, SaysThatANameIsRefusedAndEnds) {
    Process ann(command({"--name", "Ann"}));
    ann.wait_for_line("Ann connected!", Deadline(5s));
    Process other(command());
    other.write("ann\nthis is not sent\n", Deadline(5s));
    expect_exit(other, 1);
    EXPECT_EQ(other.out(), "! 433 that name is taken\n");
    EXPECT_EQ(other.err(), "chat_client: not let in as ann\n");
}

TEST_F(ChatClient, EndsWhateverANameIsRefusedFor) {
    Process client(command());
    client.write("A\x01\n", Deadline(5s));
    expect_exit(client, 1);
    EXPECT_EQ(client.out(), "! 601 control character\n");
    EXPECT_EQ(client.err(), "chat_client: not let in as A�\n");
}

TEST_F(ChatClient, DoesNotSendALineThatIsTooLong) {
    Process client(command({"--name", "Ann"}));
    client.write(std::string(100000, 'x') + "\nshort\n", Deadline(5s));
    client.wait_for_line("Ann: short", Deadline(5s));
    client.close_stdin();
    expect_exit(client, 0);
    EXPECT_EQ(client.err(), "a line of more than 1024 bytes is not sent\n");
}

TEST_F(ChatClient, EndsWhenTheServerDoes) {
    Process client(command({"--name", "Ann"}));
    client.wait_for_line("Ann connected!", Deadline(5s));
    server_->process().signal(SIGTERM);
    expect_exit(client, 0);
    EXPECT_TRUE(client.out().ends_with("-server- this server is ending\n"));
}

TEST_F(ChatClient, SaysClearlyThatThereIsNoServer) {
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    Process client({kChatClient, nobody.host, nobody.port, "--name", "Ann"});
    expect_exit(client, 1);
    EXPECT_EQ(client.err(), "chat_client: connect " + to_string(nobody) +
                                ": Connection refused\n");
}

TEST(ChatClientArguments, AreCheckedBeforeAnythingIsDone) {
    auto expect = [](const Command& arguments, int code, const char* says) {
        Command command{kChatClient};
        command.insert(command.end(), arguments.begin(), arguments.end());
        Process client(command);
        expect_exit(client, code);
        std::string text = code == 0 ? client.out() : client.err();
        EXPECT_NE(text.find(says), std::string::npos) << text;
    };
    expect({"--help"}, 0, "--name");
    expect({"127.0.0.1", "http"}, 2, "PORT");
    expect({"127.0.0.1", "8000", "more"}, 2, "more");
    expect({"--name"}, 2, "--name");
    expect({"--name", "a\nb"}, 2, "--name");
    expect({"--nick", "Ann"}, 2, "--nick");
}

// A server that does what the test says.
class HostileServer : public testing::Test {
protected:
    HostileServer()
        : listener_(listen_on({"127.0.0.1", "0"})),
          port_(endpoint_of(listener_).port) {}

    // Takes the client in, and reads its first line.
    Socket accept() {
        Socket client = accept_in_time(listener_);
        char c = 0;
        while (c != '\n' && receive(client, {&c, 1}) == 1) {
        }
        return client;
    }

    Command command() {
        return {kChatClient, "127.0.0.1", port_, "--name", "Ann"};
    }

    Socket listener_;
    std::string port_;
};

TEST_F(HostileServer, CannotDriveTheTerminal) {
    Process client(command());
    {
        Socket server = accept();
        send_all(server, "Welcome!\x1b[2J\n\xff\xc2\x9b\rx\xe2\x80\xae\n");
    }
    expect_exit(client, 0);
    EXPECT_EQ(client.out(), "Welcome!�[2J\n���x�\n");
}

TEST_F(HostileServer, CannotFillTheMemory) {
    Process client(command());
    Socket server = accept();
    send_all(server, "Welcome!\n");
    client.wait_for_line("Welcome!", Deadline(5s));
    MemoryWatch memory(client.pid());
    std::string line(1 << 20, 'x');
    for (int i = 0; i < 32; ++i)
        send_all(server, line);
    send_all(server, "\nafter it\n");
    client.wait_for_line("(a line of more than 4096 bytes)", Deadline(5s));
    client.wait_for_line("after it", Deadline(5s));
    EXPECT_LT(memory.growth(), std::size_t{4} << 20);
    server = Socket();
    expect_exit(client, 0);
}

TEST_F(HostileServer, LosesTheClientWithAClearMessage) {
    Process client(command());
    {
        Socket server = accept();
        send_all(server, "Welcome!\n");
        client.wait_for_line("Welcome!", Deadline(5s));
        linger reset{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(server.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    expect_exit(client, 1);
    EXPECT_TRUE(client.err().ends_with("Connection reset by peer\n"))
        << client.err();
}

TEST_F(HostileServer, MayCloseAtOnce) {
    Process client(command());
    accept();
    expect_exit(client, 1);
    EXPECT_EQ(client.err(), "chat_client: not let in as Ann\n");
}

}  // namespace
