// The tools of the tests, tested: what they promise when things go wrong.
#include "01-blocking/connection.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"
#include "tests/support/tcp_table.hpp"

#include <gtest/gtest.h>

#include <csignal>

using namespace tincan;
using namespace tincan::test;
using namespace std::chrono_literals;

namespace {

std::string echo_server(const char* stage) {
    return std::string(TINCAN_BUILD_DIR) + "/" + stage + "/echo_server";
}

bool exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

std::string message_of(const auto& action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "(nothing was thrown)";
}

TEST(Process, WhatCannotBeRunIsNamed) {
    EXPECT_EQ(message_of([] { Process({"/nowhere/server"}); }),
              "/nowhere/server: No such file or directory");
}

TEST(Process, TellsHowItEnded) {
    Process three({"sh", "-c", "exit 3"});
    EXPECT_EQ(three.wait_exit(Deadline(5s)).value().code, 3);
    Process killed({"sleep", "100"});
    killed.signal(SIGTERM);
    EXPECT_EQ(killed.wait_exit(Deadline(5s)).value().signal, SIGTERM);
}

TEST(Process, MoreOutputThanAPipeHoldsDoesNotStopIt) {
    Process talker({"sh", "-c", "head -c 1000000 /dev/zero; echo done >&2"});
    EXPECT_EQ(talker.wait_exit(Deadline(5s)).value().code, 0);
    EXPECT_TRUE(
        eventually([&] { return talker.err() == "done\n"; }, Deadline(5s)));
    EXPECT_EQ(talker.out().size(), 1'000'000U);
}

TEST(Process, ALineThatNeverComesIsAnErrorWithAllThatCame) {
    Process program({"sh", "-c", "echo this; echo that >&2; exit 1"});
    program.wait_exit(Deadline(5s));
    EXPECT_EQ(
        message_of([&] { program.wait_for_line("other", Deadline(100ms)); }),
        "sh: no line with \"other\" came; the program exited with 1\n"
        "stdout:\nthis\nstderr:\nthat\n");
}

TEST(Process, TakesLinesOneAfterTheOther) {
    Process cat({"cat"});
    cat.write("a 1\nb\na 2\n", Deadline(5s));
    EXPECT_EQ(cat.wait_for_line("a", Deadline(5s)), "a 1");
    EXPECT_EQ(cat.wait_for_line("a", Deadline(5s)), "a 2");
    cat.close_stdin();
    EXPECT_EQ(cat.wait_exit(Deadline(5s)).value().code, 0);
}

TEST(Process, LeavesNeitherChildNorDaemonBehind) {
    pid_t child = 0;
    pid_t daemon = 0;
    {
        Process shell({"sh", "-c",
                       "sleep 100 & echo $!;"
                       "setsid sh -c 'echo $$; exec sleep 100' & wait"});
        child = std::stoi(shell.wait_for_line("", Deadline(5s)));
        daemon = std::stoi(shell.wait_for_line("", Deadline(5s)));
        ASSERT_TRUE(exists(child) && exists(daemon));
    }
    EXPECT_FALSE(exists(child));
    EXPECT_FALSE(exists(daemon));
}

TEST(Server, OursTellsItsPort) {
    Server server = Server::ours({echo_server("01-blocking"), "{port}"});
    Client client(server.endpoint());
    client.exchange("hello");
    EXPECT_NE(server.port(), 0);
}

TEST(Server, AForeignOneIsFoundWithoutConnecting) {
    Server server = Server::foreign({echo_server("01-blocking"), "{port}"});
    EXPECT_TRUE(is_listening(server.port()));
    EXPECT_EQ(server.process().out().find("connected"), std::string::npos);
}

TEST(Server, OneThatExitsIsReported) {
    for (std::string says : {"echo well; echo oh >&2", "echo well; echo oh"}) {
        std::string message = message_of([&] {
            Server::foreign({"sh", "-c", says + "; exit 4", "{port}"});
        });
        EXPECT_NE(message.find("exited with 4 before it listened"),
                  std::string::npos);
        EXPECT_NE(message.find("its last words: oh"), std::string::npos)
            << message;
    }
}

TEST(Client, FindsTheFirstDifferentByte) {
    EXPECT_EQ(difference("abc", "abc"), "");
    EXPECT_EQ(difference("abc", "abd"),
              "first different byte: number 2; expected 63, came 64");
    EXPECT_EQ(difference("abc", "a"),
              "first different byte: number 1; expected 62 63, came nothing");
}

TEST(Client, SaysWhatWasSentAndWhatCame) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Client client(endpoint_of(listener), {.patience = 50ms});
    Arrival peer = accept_client(listener);
    send_all(peer.socket, "her");
    finish_sending(peer.socket);
    std::string message = message_of([&] { client.exchange("hello"); });
    EXPECT_NE(message.find("sent      \"hello\""), std::string::npos);
    EXPECT_NE(message.find("number 2; expected 6c 6c 6f, came 72"),
              std::string::npos)
        << message;
}

TEST(Client, IsRefusedWhereASocketIsOnlyBound) {
    Socket bound = bound_socket();
    Endpoint nobody = endpoint_of(bound);
    std::string message = message_of([&] { Client{nobody}; });
    EXPECT_NE(message.find("Connection refused"), std::string::npos) << message;
    EXPECT_THROW(listen_on(nobody), std::system_error) << "it may be taken";
}

TEST(Client, AResetIsNoEndOfStream) {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint endpoint = endpoint_of(listener);
    Client client(endpoint);
    Arrival peer = accept_client(listener);
    client.send("unread");
    EXPECT_TRUE(eventually(
        [&] {
            return unread_bytes(
                       static_cast<std::uint16_t>(std::stoi(endpoint.port)),
                       client.port()) == 6;
        },
        Deadline(5s)));
    peer.socket = Socket();
    EXPECT_EQ(client.receive_to_any_end().how, Client::Ending::reset);
}

TEST(Usage, CountsThreadsDescriptorsAndMemory) {
    Server server = Server::ours({echo_server("05-threads"), "{port}"});
    Usage before = server.process().usage();
    Client one(server.endpoint());
    Client two(server.endpoint());
    one.exchange("1");
    two.exchange("2");
    Usage during = server.process().usage();
    EXPECT_EQ(during.threads, before.threads + 2);
    EXPECT_EQ(during.descriptors, before.descriptors + 2);
    EXPECT_GT(anonymous_memory(server.process().pid()), 0U);
    EXPECT_GT(during.runnable, 0ns);
}

TEST(Usage, SeesMemoryGrow) {
    const std::string bytes(8 << 20, 'x');
    Process keeps({"dd", "bs=16M", "count=1", "iflag=fullblock", "of=/dev/null",
                   "status=none"});
    Process passes_on({"sh", "-c", "exec cat >/dev/null"});
    MemoryWatch keeper(keeps.pid());
    MemoryWatch passer(passes_on.pid());
    keeps.write(bytes, Deadline(5s));
    passes_on.write(bytes, Deadline(5s));
    EXPECT_TRUE(
        eventually([&] { return keeper.growth() > 7 << 20; }, Deadline(5s)));
    EXPECT_LT(passer.growth(), 4 << 20);
}

}  // namespace
