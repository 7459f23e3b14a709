// What the server tells of itself: the log, its form, and what happens when
// nobody reads it.

#include "07-chat/log.hpp"
#include "tests/07_support.hpp"
#include "tests/support/pty.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <string>

using namespace tincan;
using namespace tincan::test;
using chat::Log;
using chat::log_text;
using namespace std::chrono_literals;

namespace {

TEST(Log, IsMadeOfWordsThatCanBeSearchedFor) {
    EXPECT_EQ(log_text("joined", {{"peer", "[::1]:5"}, {"user", "Ann"}}),
              "joined peer=[::1]:5 user=Ann");
    EXPECT_EQ(log_text("x", {{"a", ""}, {"b", "two words"}, {"c", "d=e"}}),
              R"(x a="" b="two words" c="d=e")");
}

TEST(Log, CannotBeForged) {
    EXPECT_EQ(log_text("x", {{"a", "\"b\" c=\"d"}}), R"(x a="\"b\" c=\"d")");
    EXPECT_EQ(log_text("x", {{"a", "1\n2026 info joined"}}),
              R"(x a="1\n2026 info joined")");
    EXPECT_EQ(log_text("x", {{"a", "\x1b[2J\u202e\\\xff"}}),
              R"(x a=\x1b[2J\u202e\\\xff)");
}

constexpr int kPipeSize = 16384;

struct Pipe {
    Pipe() {
        std::array<int, 2> fds{};
        check(::pipe2(fds.data(), O_CLOEXEC), "pipe2");
        out = Socket(fds[0]);
        in = Socket(fds[1]);
        check(::fcntl(in.fd(), F_SETPIPE_SZ, kPipeSize), "fcntl");
    }

    // What is in it now.
    std::string drain() const {
        check(::fcntl(out.fd(), F_SETFL, O_NONBLOCK), "fcntl");
        std::string all;
        std::array<char, kPipeSize> buffer{};
        ssize_t count = 0;
        while ((count = ::read(out.fd(), buffer.data(), buffer.size())) > 0)
            all.append(buffer.data(), static_cast<std::size_t>(count));
        return all;
    }

    // The next line, for which it waits. The kernel ends a test that hangs.
    std::string line() const {
        std::string all;
        char c = 0;
        while (c != '\n' && ::read(out.fd(), &c, 1) == 1)
            all += c;
        return all;
    }

    Socket out;
    Socket in;
};

TEST(Log, TellsTimeLevelAndWhatItWasAskedTo) {
    Pipe pipe;
    Log log(Log::Level::warning, pipe.in.fd());
    EXPECT_TRUE(log.shows(Log::Level::error));
    EXPECT_FALSE(log.shows(Log::Level::info));
    log.debug("a", {});
    log.info("b", {});
    log.warning("c", {{"why", "d"}});
    log.answer("e", {});
    std::string text = pipe.drain();
    for (char& c : text) {
        if (c >= '0' && c <= '9') c = '0';
    }
    EXPECT_EQ(text,
              "0000-00-00T00:00:00.000Z warning c why=d\n"
              "0000-00-00T00:00:00.000Z info e\n");
}

TEST(Log, WaitsForNobodyAndSaysHowMuchWasLost) {
    Pipe pipe;
    Log log(Log::Level::info, pipe.in.fd());
    std::string words(200, 'x');
    for (int i = 0; i < 100; ++i)
        log.info("line", {{"words", words}});
    std::string text = pipe.drain();
    auto kept = std::count(text.begin(), text.end(), '\n');
    EXPECT_GT(kept, 0);
    EXPECT_LT(kept, 100);
    EXPECT_TRUE(text.ends_with("x\n")) << "half a line";
    log.info("again", {});
    text = pipe.drain();
    std::string loss = "log-lines-lost count=" + std::to_string(100 - kept);
    EXPECT_NE(text.find(" warning " + loss + "\n"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with(" info again\n")) << text;
}

TEST(Log, CutsALineThatAPipeWouldNotTakeAtOnce) {
    Pipe pipe;
    Log log(Log::Level::info, pipe.in.fd());
    log.info("line", {{"words", std::string(10000, 'x')}});
    std::string text = pipe.drain();
    EXPECT_EQ(text.size(), 4096);
    EXPECT_TRUE(text.ends_with("x\n"));
}

// A terminal whose other end nobody reads.
struct FrozenTerminal : Pty {
    // What it would show by now, with LF for CR LF.
    std::string drain() const {
        std::string all;
        std::array<char, 4096> buffer{};
        ssize_t count = 0;
        while ((count = ::read(master.fd(), buffer.data(), buffer.size())) > 0)
            all.append(buffer.data(), static_cast<std::size_t>(count));
        std::erase(all, '\r');
        return all;
    }
};

// The kernel ends a test that hangs.
TEST(Log, WaitsForNoTerminalAndLosesNoHalfLines) {
    FrozenTerminal terminal;
    Log log(Log::Level::info, terminal.slave.fd());
    const std::string words(200, 'x');
    int said = 0;
    while (said < 1000)  // more than the kernel keeps
        log.info("line", {{"number", std::to_string(++said)}, {"x", words}});

    // What it has taken is to be read by and by, and only then it takes more.
    std::string text;
    bool goes_on = eventually(
        [&] {
            text += terminal.drain();
            log.info("line",
                     {{"number", std::to_string(++said)}, {"x", words}});
            text += terminal.drain();
            return text.ends_with(
                fmt::format(" number={} x={}\n", said, words));
        },
        Deadline(5s));
    EXPECT_TRUE(goes_on);

    int kept = 0;
    int lost = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        line.erase(0, line.find(' ') + 1);  // the time
        constexpr std::string_view loss = "warning log-lines-lost count=";
        if (line.starts_with(loss)) {
            lost += std::stoi(line.substr(loss.size()));
        } else {
            ++kept;
            EXPECT_TRUE(line.starts_with("info line number=") &&
                        line.ends_with(" x=" + words) && line.size() < 250)
                << line;
        }
    }
    EXPECT_GT(kept, 0);
    EXPECT_GT(lost, 0);
    EXPECT_EQ(kept + lost, said);
}

// A log that goes to a pipe of ours.
class LoggedChat : public testing::Test {
protected:
    LoggedChat()
        : nothing_(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open")) {
        int descriptors[3] = {nothing_.fd(), log_.in.fd(), STDERR_FILENO};
        child_.emplace(Command{kChatServer, "0"}, ProcessOptions{}, descriptors,
                       false);
        log_.in = Socket();
        std::string line = log_.line();
        endpoint_.port = line.substr(line.rfind(':') + 1);
        endpoint_.port.pop_back();
    }
    ~LoggedChat() override {
        child_->signal(SIGTERM);
        auto exit = child_->wait_exit(Deadline(7s));
        EXPECT_TRUE(exit && exit->code == 0);
    }

    // Says something and hears it.
    static void talk(Client& client) {
        client.send("/ping\n");
        while (client.receive_line() != "-server- pong\n") {
        }
    }

    Pipe log_;
    Socket nothing_;
    std::optional<Child> child_;
    Endpoint endpoint_{"127.0.0.1", ""};
};

TEST_F(LoggedChat, GoesOnWhenNobodyReadsTheLog) {
    Client ann(endpoint_);
    ann.send("CONNECT Ann\n");
    // More lines than fit.
    for (int i = 0; i < 150; ++i) {
        Client other(endpoint_);
        other.send("/\n");
        other.half_close();
        other.receive_to_any_end();
    }
    talk(ann);
    std::string text = log_.drain();
    EXPECT_LE(text.size(), kPipeSize);
    Client last(endpoint_);
    last.send("CONNECT Last\n");
    talk(last);
    text = log_.drain();
    EXPECT_NE(text.find(" warning log-lines-lost count="), std::string::npos)
        << text;
    EXPECT_NE(text.find(" user=Last\n"), std::string::npos) << text;
}

TEST_F(LoggedChat, GoesOnWhenWhoReadsTheLogIsGone) {
    log_.out = Socket();
    Client ann(endpoint_);
    ann.send("CONNECT Ann\n");
    talk(ann);
}

TEST_F(ChatServer, LogsWhoComesAndGoesButNotWhatIsSaid) {
    start({"--log-level", "debug"});
    Client ann = join("Ann");
    std::string peer = "peer=127.0.0.1:" + std::to_string(ann.port());
    process().wait_for_line(" info connected " + peer, Deadline(5s));
    process().wait_for_line(" info joined " + peer + " user=Ann", Deadline(5s));
    ann.send("secret\n/secret\n/nick Anna\n/join kitchen\n/quit secret\n");
    expect_line(ann, "Ann: secret");
    expect_refusal(ann, "421");
    ann.receive_to_end();
    process().wait_for_line(" debug line " + peer + " bytes=6", Deadline(5s));
    process().wait_for_line(" debug line " + peer + " bytes=7 refused=421",
                            Deadline(5s));
    process().wait_for_line(" info renamed " + peer + " user=Anna before=Ann",
                            Deadline(5s));
    process().wait_for_line(" info moved " + peer + " user=Anna room=kitchen",
                            Deadline(5s));
    process().wait_for_line(" info left " + peer + " user=Anna", Deadline(5s));
    ann.close();
    process().wait_for_line(" info disconnected " + peer + " why=quit",
                            Deadline(5s));
    EXPECT_EQ(process().out().find("secret"), std::string::npos);
}

TEST_F(ChatServer, LogsNothingIfQuietIsSet) {
    ProcessOptions options;
    options.environment = {{"QUIET", "1"}};
    server_.emplace(Server::ours({kChatServer, "{port}"}, options));
    Client ann = join("Ann");
    ann.send("/quit\n");
    ann.receive_to_end();
    EXPECT_EQ(process().out(), "listening on 127.0.0.1:" +
                                   std::to_string(server_->port()) + "\n");
}

TEST_F(ChatServer, TellsTheStatisticsWhenASignalAsksForThem) {
    start({"--log-level", "off"});
    Client ann = join("Ann");
    Client bob = join("Bob");
    ann.send("hello\n/me waves\n/msg Bob psst\n/join kitchen\n");
    while (ann.receive_line() != "-server- in kitchen: Ann\n") {
    }
    Client nameless = connect();
    nameless.send("\n\n\n");
    nameless.receive_to_end();
    nameless.close();
    bob.send("/ping\n");
    while (bob.receive_line() != "-server- pong\n") {
    }
    process().signal(SIGUSR1);
    std::string line = process().wait_for_line(" info stats ", Deadline(5s));
    EXPECT_TRUE(
        line.ends_with(" connections=3 clients=2 users=2 rooms=2 "
                       "messages=3 queued=0 dropped=1 no-connect=1"))
        << line;
}

TEST_F(ChatServer, TellsTheStatisticsAgainAndAgain) {
    start({"--log-level", "off", "--stats", "0.01"});
    for (int i = 0; i < 3; ++i)
        process().wait_for_line(" info stats connections=0 ", Deadline(5s));
}

}  // namespace
