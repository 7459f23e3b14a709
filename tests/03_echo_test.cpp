// What chapter 3 says about its echo server.

#include "tests/03_support.hpp"

#include "tests/echo_support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/proc.hpp"
#include "tests/support/tcp_table.hpp"

#include <csignal>
#include <vector>

using namespace tincan;
using namespace tincan::test;

namespace {

Server start_select() {
    return Server::ours({stage_3("echo_server"), "{port}"});
}

// CPU time that the server takes while `client` hears nothing.
std::chrono::nanoseconds cpu_in_silence(const Server& server, Client& client) {
    auto before = server.process().usage().cpu;
    EXPECT_FALSE(client.has_answer(kSilence));
    return server.process().usage().cpu - before;
}

TEST(SelectEchoServer, TheSecondClientIsServedWhileTheFirstIsSilent) {
    Server server = start_select();
    Client ann(server.endpoint());
    Client bob(server.endpoint());
    bob.exchange("hello");
    ann.exchange("good morning");
}

TEST(SelectEchoServer, ItSleepsUntilSomebodySpeaks) {
    Server server = start_select();
    std::vector<Client> silent;
    for (int i = 0; i < 50; ++i)
        silent.emplace_back(server.endpoint());
    silent.back().exchange("hello");
    EXPECT_LT(cpu_in_silence(server, silent.back()), kSilence / 20);
}

TEST(SelectEchoServer, ASecondWithoutEventsPrintsALine) {
    auto start = test::Clock::now();
    Server server = start_select();
    for (int time = 0; time < 2; ++time)
        server.process().wait_for_line("nothing to do", Deadline(kPatience));
    EXPECT_GE(test::Clock::now() - start, 2s);
}

TEST(SelectEchoServer, WhoDoesNotTakeItsEchoIsNotReadFrom) {
    Server server = start_select();
    Client ann = narrow_client(server);
    const std::string bytes(kTooMuch, 'x');
    EXPECT_LT(ann.send_until_full(bytes, kSilence), bytes.size());
    EXPECT_GT(unread_bytes(server.port(), ann.port()), 0U)
        << "somebody keeps reading";
    Client bob(server.endpoint());
    bob.exchange("hello");
}

TEST(SelectEchoServer, ItSleepsUntilThereIsRoom) {
    Server server = start_select();
    Client ann = narrow_client(server);
    const std::string bytes = binary_bytes(8 << 20);
    std::size_t sent = ann.send_until_full(bytes, kSilence);
    ASSERT_LT(sent, bytes.size()) << "no send was cut short";
    Client bob(server.endpoint());
    bob.exchange("hello");
    EXPECT_LT(cpu_in_silence(server, bob), kSilence / 20);
    ann.exchange(bytes, sent);
}

TEST(SelectEchoServer, WhoHasLeftIsForgotten) {
    Server server = start_select();
    auto before = server.process().usage().descriptors;
    Client bob(server.endpoint());
    bob.exchange("hello");
    {
        Client ann(server.endpoint());
        ann.exchange("goodbye");
        ann.half_close();
        ann.expect_end();
    }
    EXPECT_TRUE(eventually(
        [&] { return server.process().usage().descriptors == before + 1; },
        Deadline(kPatience)));
    EXPECT_LT(cpu_in_silence(server, bob), kSilence / 20);
}

TEST(SelectEchoServer, AResetHarmsNobody) {
    expect_resets_harm_nobody(start_select());
}

TEST(SelectEchoServer, BeingStoppedDoesNotCutTheWaitShort) {
    auto start = test::Clock::now();
    Server server = start_select();
    Client ann(server.endpoint());
    ann.exchange("hello");
    const pid_t pid = server.process().pid();
    for (int time = 0; time < 3; ++time) {
        ASSERT_TRUE(eventually([&] { return state_of(pid) == 'S'; },
                               Deadline(kPatience)));
        server.process().signal(SIGSTOP);
        ASSERT_TRUE(eventually([&] { return state_of(pid) == 'T'; },
                               Deadline(kPatience)));
        server.process().signal(SIGCONT);
    }
    server.process().wait_for_line("nothing to do", Deadline(kPatience));
    // Every such line took a second.
    auto lines = occurrences(server.process().out(), "nothing to do");
    EXPECT_GE(test::Clock::now() - start, lines * 1s);
}

TEST(SelectEchoServer, ItRestsWhileNoDescriptorIsLeft) {
    Server server = start_select();
    Client ann(server.endpoint());
    ann.exchange("hello");
    Client bob = client_too_many(server);
    EXPECT_LT(cpu_in_silence(server, bob), kSilence / 20);
    ann.exchange("is it me?");
    ann.close();
    EXPECT_EQ(bob.receive(5), "hello");
}

// The listener gets the last descriptor but one that fits into a set.
TEST(SelectEchoServer, WhoDoesNotFitIntoASetIsRefused) {
    Server server = Server::ours(
        with_first_descriptor(FD_SETSIZE - 2, "echo_server", "{port}"),
        many_descriptors());
    Client ann(server.endpoint());
    ann.exchange("hello");
    Client bob(server.endpoint());
    bob.expect_end();
    server.process().wait_for_line("refused: descriptor 1024",
                                   Deadline(kPatience));
    ann.exchange("still me?");
    ann.half_close();
    ann.expect_end();
    ann.close();
    Client(server.endpoint()).exchange("is there room now?");
}

TEST(SelectEchoServer, AListenerThatDoesNotFitIsAnError) {
    for (const char* program : {"echo_server", "stdin_select"}) {
        Process process(with_first_descriptor(FD_SETSIZE, program, "0"),
                        many_descriptors());
        std::optional<Exit> exit = process.wait_exit(Deadline(kPatience));
        ASSERT_TRUE(exit) << program << " runs with it";
        process.end();
        EXPECT_EQ(exit->code, 1) << process.err();
        EXPECT_NE(process.err().find("does not fit"), std::string::npos);
    }
}

}  // namespace
