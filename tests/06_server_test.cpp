// start_server within one process, and the echo server as a program: its
// options and its end.
#include "01-blocking/program.hpp"
#include "06-coroutines/serve.hpp"
#include "tests/06_support.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/client.hpp"
#include "tests/support/server.hpp"
#include "tests/support/tcp_table.hpp"

#include <poll.h>
#include <sys/resource.h>

#include <csignal>

// Ours instead of the library's: a signal may come in the middle of it.
static int interrupted_polls = 0;
extern "C" int poll(pollfd* list, nfds_t size, int ms) {
    if (interrupted_polls > 0) {
        --interrupted_polls;
        errno = EINTR;
        return -1;
    }
    timespec limit{ms / 1000, ms % 1000 * 1'000'000L};
    return ::ppoll(list, size, ms < 0 ? nullptr : &limit, nullptr);
}

namespace tincan::test {
namespace {

class Serving : public OnSelector {};
INSTANTIATE_TEST_SUITE_P(, Serving, kEachSelector, selector_name);

Coro<void> echo_once(StreamReader reader, StreamWriter writer) {
    std::string_view line = co_await reader.readline();
    writer.write(line);
}

Coro<std::string> ask(Endpoint server, std::string question) {
    auto [reader, writer] = co_await open_connection(server);
    writer.write(question);
    writer.write_eof();
    std::string answer;
    for (;;) {
        std::string_view bytes = co_await reader.read();
        if (bytes.empty()) break;
        answer += bytes;
    }
    co_return answer;
}

Coro<void> answers_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    tincan::Server server = start_server(echo_once, std::move(listener));
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < 20; ++i) {
        tasks.push_back(EventLoop::running().create_task(
            ask(here, fmt::format("question {}\n", i))));
    }
    for (int i = 0; i < 20; ++i) {
        std::string answer = co_await tasks[static_cast<std::size_t>(i)];
        EXPECT_EQ(answer, fmt::format("question {}\n", i));
    }
    server.close();
    co_await wait_for(server.wait_closed(), 10s);
    EXPECT_EQ(server.clients(), 0U);
}

TEST_P(Serving, AHandlerForEachClient) {
    run_here(answers_main());
}

Coro<void> throws_at_once(StreamReader, StreamWriter) {
    throw std::runtime_error("no");
    co_return;
}

Coro<void> thrown_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    tincan::Server server = start_server(throws_at_once, std::move(listener));
    std::string answer = co_await ask(here, "");
    EXPECT_EQ(answer, "");
}

Coro<void> greet(StreamReader, StreamWriter writer) {
    writer.write("hello");
    co_return;
}

Coro<void> queued_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Socket client = connect_to(endpoint_of(listener));
    tincan::Server server = start_server(greet, std::move(listener));
    interrupted_polls = 1;
    server.close();
    EXPECT_EQ(interrupted_polls, 0);
    co_await wait_for(server.wait_closed(), 10s);
    std::array<char, 10> buffer;
    std::size_t count = receive(client, buffer);
    EXPECT_EQ(std::string_view(buffer.data(), count), "hello");
}

TEST_P(Serving, ASignalWhileItClosesResetsNobodyInTheQueue) {
    run_here(queued_main());
}

TEST_P(Serving, AHandlerThatThrowsLosesItsClientOnly) {
    ::testing::internal::CaptureStderr();
    run_here(thrown_main());
    std::string reported = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(reported.find(": exception never retrieved: no\n"),
              std::string::npos)
        << reported;
}

Coro<void> silent(StreamReader reader, StreamWriter writer, int& ended) {
    std::string_view bytes = co_await reader.read();
    EXPECT_EQ(bytes, "");
    writer.write("goodbye");
    ++ended;
}

// Those in the accept queue count as connected, and nobody waits for long.
Coro<void> shutdown_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    int ended = 0;
    tincan::Server server = start_server(
        [&ended](StreamReader reader, StreamWriter writer) {
            return silent(reader, writer, ended);
        },
        std::move(listener));
    std::vector<Socket> clients;
    clients.push_back(connect_to(here));
    while (server.clients() == 0)
        co_await sleep(1ms);
    clients.push_back(connect_to(here));  // not accepted yet
    server.close();
    EXPECT_EQ(server.clients(), 2U);
    EXPECT_THROW(connect_to(here), std::system_error);
    server.stop_reading();
    std::array<char, 100> buffer;
    for (Socket& client : clients) {
        AsyncSocket socket(std::move(client));
        std::size_t count = co_await sock_recv(socket, buffer);
        EXPECT_EQ(std::string(buffer.data(), count), "goodbye");
    }
    co_await wait_for(server.wait_closed(), 10s);
    EXPECT_EQ(ended, 2);
}

// Answers when the server ends, and some time after that; or fails then.
Coro<void> answers_late(StreamReader reader, StreamWriter writer) {
    std::string said(co_await reader.readline());
    writer.write("heard\n");
    std::string_view more = co_await reader.read();
    EXPECT_EQ(more, "");
    if (said == "fail\n") throw std::runtime_error("no");
    co_await sleep(100ms);
    writer.write("answer");
}

Coro<Streams> say_and_be_heard(Endpoint server, std::string line) {
    Streams streams = co_await open_connection(server);
    streams.second.write(line);
    std::string heard(co_await streams.first.readline());
    EXPECT_EQ(heard, "heard\n");
    co_return streams;
}

// The one who fails is the first in the list, and the last.
Coro<void> fails_at_the_end_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    tincan::Server server = start_server(answers_late, std::move(listener));
    Streams first = co_await say_and_be_heard(here, "fail\n");
    Streams other = co_await say_and_be_heard(here, "ask\n");
    Streams last = co_await say_and_be_heard(here, "fail\n");
    Event stop;
    stop.set();
    co_await serve_until(server, stop);
    EXPECT_EQ(server.clients(), 0U);
    std::string answer(co_await other.first.readline());
    EXPECT_EQ(answer, "answer");
}

TEST_P(Serving, WhoFailsAtTheEndCutsNobodyElseShort) {
    ::testing::internal::CaptureStderr();
    run_here(fails_at_the_end_main());
    std::string reported = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(occurrences(reported, ": exception never retrieved: no\n"), 2U)
        << reported;
}

TEST_P(Serving, StopReadingLetsEachHandlerFinish) {
    run_here(shutdown_main());
}

// Puts the limit of descriptors back.
class DescriptorLimit {
public:
    explicit DescriptorLimit(rlim_t most) {
        check(::getrlimit(RLIMIT_NOFILE, &before_), "getrlimit");
        rlimit now{most, before_.rlim_max};
        check(::setrlimit(RLIMIT_NOFILE, &now), "setrlimit");
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

Coro<void> exhausted_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    Log reports;
    ServerOptions options;
    options.report = [&reports](const std::string& what) {
        reports.push_back(what);
    };
    tincan::Server server =
        start_server(echo_once, std::move(listener), options);
    Socket client = connect_to(here);
    send_all(client, "hello\n");
    {
        DescriptorLimit limit(static_cast<rlim_t>(client.fd()) + 1);
        while (reports.empty())
            co_await sleep(1ms);
        // It asks again a few times, and says no more.
        co_await sleep(50ms);
    }
    EXPECT_EQ(reports, Log{"out of descriptors: the next client has to wait"});
    AsyncSocket socket(std::move(client));
    std::array<char, 100> buffer;
    std::size_t count = co_await sock_recv(socket, buffer);
    EXPECT_EQ(std::string(buffer.data(), count), "hello\n");
    server.close();
    co_await wait_for(server.wait_closed(), 10s);
}

TEST_P(Serving, WithoutDescriptorsItPausesAndSaysSo) {
    run_here(exhausted_main());
}

Coro<void> note_time(std::optional<TimePoint>& time) {
    time = EventLoop::running().time();
    co_return;
}

// A minute without a descriptor, and then there is one.
Coro<void> long_shortage_main() {
    Socket listener = listen_on({"127.0.0.1", "0"});
    Endpoint here = endpoint_of(listener);
    std::optional<TimePoint> taken_in;
    ServerOptions options;
    options.report = [](const std::string&) {};
    tincan::Server server = start_server(
        [&taken_in](StreamReader, StreamWriter) { return note_time(taken_in); },
        std::move(listener), options);
    Socket client = connect_to(here);
    {
        DescriptorLimit limit(static_cast<rlim_t>(client.fd()) + 1);
        co_await sleep(1min);
    }
    EXPECT_FALSE(taken_in);
    TimePoint relieved = EventLoop::running().time();
    co_await sleep(2s);
    Duration waited = taken_in.value_or(TimePoint::max()) - relieved;
    EXPECT_LE(waited, 1s);
    EXPECT_GE(waited, 100ms) << "it asks too often";
    client = Socket();
    server.close();
    co_await wait_for(server.wait_closed(), 10s);
}

TEST_P(Serving, WithoutDescriptorsItAsksEverySecondInTheEnd) {
    run_here_virtual(long_shortage_main());
}

// The program.

const std::string kProgram = TINCAN_BUILD_DIR "/06-coroutines/echo_server";

class EchoServer : public ::testing::TestWithParam<const char*> {
protected:
    test::Server start() {
        return test::Server::ours(
            {kProgram, "{port}", "--selector="s + GetParam()});
    }
    static Exit exit_of(const test::Server& server) {
        auto exit = server.process().wait_exit(Deadline(10s));
        EXPECT_TRUE(exit) << "still runs";
        return exit.value_or(Exit{});
    }
};
INSTANTIATE_TEST_SUITE_P(, EchoServer, kEachSelector, selector_name);

TEST_P(EchoServer, ASignalLetsIdleClientsGoAtOnce) {
    for (int signal : {SIGINT, SIGTERM}) {
        test::Server server = start();
        std::vector<Client> clients;
        for (int i = 0; i < 3; ++i) {
            clients.emplace_back(server.endpoint());
            clients.back().exchange("hello");
        }
        Clock::time_point start_time = Clock::now();
        server.process().signal(signal);
        for (Client& client : clients)
            client.expect_end();
        Exit exit = exit_of(server);
        EXPECT_EQ(exit.code, 0) << to_string(exit);
        EXPECT_LT(Clock::now() - start_time, 1500ms * time_scale());
    }
}

// Has sent until nobody took any more, and reads nothing: its echo fills every
// buffer on the way.
Client stuck_client(const test::Server& server) {
    Client client(server.endpoint(), {.receive_buffer = 8192});
    client.send_until_stuck(binary_bytes(32 << 20), server.process().pid());
    return client;
}

// The signal has been seen when nobody is accepted any more.
void wait_until_closed(const test::Server& server) {
    EXPECT_TRUE(
        eventually([&] { return !is_listening(server.port()); }, Deadline(10s)))
        << "still accepts";
}

TEST_P(EchoServer, ASecondSignalEndsItAtOnce) {
    test::Server server = start();
    Client client = stuck_client(server);
    Clock::time_point start_time = Clock::now();
    server.process().signal(SIGINT);
    wait_until_closed(server);
    server.process().signal(SIGINT);
    Exit exit = exit_of(server);
    EXPECT_EQ(exit.code, 0) << to_string(exit);
    EXPECT_LT(Clock::now() - start_time, 1500ms * time_scale());
}

TEST_P(EchoServer, WhoNeverReadsIsCutOffAfterTwoSeconds) {
    test::Server server = start();
    Client client = stuck_client(server);
    Clock::time_point start_time = Clock::now();
    server.process().signal(SIGTERM);
    Exit exit = exit_of(server);
    EXPECT_EQ(exit.code, 0) << to_string(exit);
    EXPECT_GE(Clock::now() - start_time, 1900ms);
    EXPECT_LT(Clock::now() - start_time, 4s * time_scale());
}

TEST_P(EchoServer, PrintsWhoComesAndGoes) {
    test::Server server = start();
    Client client(server.endpoint());
    std::string name = fmt::format("127.0.0.1:{}", client.port());
    server.process().wait_for_line(name + " connected", Deadline(10s));
    client.half_close();
    client.expect_end();
    server.process().wait_for_line(name + " disconnected", Deadline(10s));
}

// Eight clients: one thread has none of them once in 128 runs, and then it is
// the other that is tested.
TEST(Workers, AllLetTheirClientsFinish) {
    test::Server server =
        test::Server::ours({kProgram, "--workers=2", "{port}"});
    std::vector<Client> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back(server.endpoint());
        clients.back().exchange("hello");
    }
    server.process().signal(SIGTERM);
    for (Client& client : clients)
        client.expect_end();
    auto exit = server.process().wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << "still runs";
    EXPECT_EQ(exit->code, 0) << to_string(*exit);
}

TEST(Workers, ASecondSignalEndsThemAll) {
    test::Server server =
        test::Server::ours({kProgram, "--workers=3", "{port}"});
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(stuck_client(server));
    Clock::time_point start_time = Clock::now();
    server.process().signal(SIGTERM);
    wait_until_closed(server);
    server.process().signal(SIGTERM);
    auto exit = server.process().wait_exit(Deadline(10s));
    ASSERT_TRUE(exit) << "still runs";
    EXPECT_EQ(exit->code, 0) << to_string(*exit);
    EXPECT_LT(Clock::now() - start_time, 1500ms * time_scale());
}

int usage_exit(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), kProgram);
    Process process(arguments);
    auto exit = process.wait_exit(Deadline(10s));
    process.end();
    EXPECT_NE(process.err().find("usage: echo_server [--selector="),
              std::string::npos)
        << process.err();
    return exit.value_or(Exit{}).code;
}

TEST(EchoServerArguments, WrongOnesGiveTheUsage) {
    EXPECT_EQ(usage_exit({"--selector=kqueue"}), 2);
    EXPECT_EQ(usage_exit({"--selector"}), 2);
    EXPECT_EQ(usage_exit({"0", "--selectr=poll"}), 2);
    EXPECT_EQ(usage_exit({"0", "127.0.0.1", "more"}), 2);
    EXPECT_EQ(usage_exit({"65536"}), 2);
    EXPECT_EQ(usage_exit({"--workers=0"}), 2);
    EXPECT_EQ(usage_exit({"--workers", "33"}), 2);
    EXPECT_EQ(usage_exit({"--workers=two"}), 2);
}

TEST(EchoServerArguments, TheOptionMayStandAnywhere) {
    for (const Command& command :
         {Command{kProgram, "--selector=poll", "{port}"},
          Command{kProgram, "{port}", "--selector", "select", "127.0.0.1"}}) {
        test::Server server = test::Server::ours(command);
        Client client(server.endpoint());
        client.exchange("hello");
    }
}

}  // namespace
}  // namespace tincan::test
