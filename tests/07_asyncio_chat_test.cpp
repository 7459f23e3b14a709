// The lines on the wire are those of a simple chat with asyncio's streams: its
// client can talk to our server, and ours to its server.

#include "tests/07_support.hpp"

#include <chrono>

using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

const std::string kPrograms = TINCAN_SOURCE_DIR "/tests/asyncio_chat";

void wait_for(Process& process, std::string_view line) {
    EXPECT_EQ(process.wait_for_line(line, Deadline(10s)), line);
}

void type(Process& process, const std::string& line) {
    process.write(line + "\n", Deadline(5s));
}

// Two clients, whichever they are, talk as in the source.
void talk(Process& first, Process& second) {
    wait_for(first, "Welcome! 1 user(s) are online!");
    wait_for(first, "MissIslington connected!");
    type(second, "SirBedevere");
    wait_for(second, "Welcome! 2 user(s) are online!");
    wait_for(second, "SirBedevere connected!");
    wait_for(first, "SirBedevere connected!");
    type(second, "Is that your nose?");
    for (Process* one : {&first, &second})
        wait_for(*one, "SirBedevere: Is that your nose?");
    type(first, "No, it's a false one!");
    for (Process* one : {&first, &second})
        wait_for(*one, "MissIslington: No, it's a false one!");
}

TEST_F(ChatServer, TalksWithAClientMadeWithAsyncio) {
    start();
    std::string port = std::to_string(server_->port());
    Process theirs({"python3", "-B", kPrograms + "/client.py", port});
    type(theirs, "MissIslington");
    theirs.wait_for_line("MissIslington connected!", Deadline(10s));
    Client bob = join("Bob");
    type(theirs, "hello");
    expect_line(bob, "MissIslington: hello");
    bob.send("hello\n");
    wait_for(theirs, "Bob connected!");
    wait_for(theirs, "MissIslington: hello");
    wait_for(theirs, "Bob: hello");
    type(theirs, "/quit");
    expect_line(bob, "Bob: hello");
    expect_line(bob, "MissIslington has left the chat");
    wait_for(theirs, "Server closed connection.");
    expect_exit(theirs, 0);
}

TEST(ChatWithAsyncio, OurClientsTalkOnTheirServer) {
    Server theirs =
        Server::foreign({"python3", "-B", kPrograms + "/server.py", "{port}"});
    Command ours{kChatClient, "127.0.0.1", std::to_string(theirs.port())};
    Process ann(ours);
    type(ann, "MissIslington");
    Process bob(ours);
    talk(ann, bob);
    bob.close_stdin();
    expect_exit(bob, 0);
    wait_for(ann, "SirBedevere has left the chat");
    ann.close_stdin();
    expect_exit(ann, 0);
}

TEST(ChatWithAsyncio, TheirClientsTalkOnOurServer) {
    Server ours = Server::ours({kChatServer, "{port}"});
    Command theirs{"python3", "-B", kPrograms + "/client.py",
                   std::to_string(ours.port())};
    Process ann(theirs);
    type(ann, "MissIslington");
    Process bob(theirs);
    talk(ann, bob);
    bob.signal(SIGKILL);
    wait_for(ann, "SirBedevere has left the chat");
    ours.process().signal(SIGTERM);
    wait_for(ann, "-server- this server is ending");
    wait_for(ann, "Server closed connection.");
    expect_exit(ann, 0);
    expect_exit(ours.process(), 0);
}

}  // namespace
