// The small programs of stage 6 that show one thing each: what they print, in
// which order, and when.
#include "tests/06_programs_support.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace tincan::test {
namespace {

class Small : public Programs {};
INSTANTIATE_TEST_SUITE_P(, Small, kEachSelector, selector_name);

// The number before `unit`, both of which are cut out of `text`.
double cut_number(std::string& text, const std::string& unit) {
    std::size_t end = text.find(unit);
    std::size_t begin = text.find_last_not_of("0123456789.", end - 1) + 1;
    double number = std::stod(text.substr(begin, end - begin));
    text.erase(begin, end + unit.size() - begin);
    return number;
}

TEST_P(Small, SleepersEndInTheOrderOfTheirDelaysUnlessTheyHoldTheThread) {
    std::string printed = output_of(with_selector("sleepers", {"100"}));
    double together = cut_number(printed, " s in all\n");
    double in_turn = cut_number(printed, " s in all\n");
    EXPECT_GE(together, 3.0);
    EXPECT_LT(together, 5.9);
    EXPECT_GE(in_turn, 6.0);
    EXPECT_EQ(printed,
              "Each waits with co_await:\n"
              "Finished sleeper with delay: 1\n"
              "Finished sleeper with delay: 2\n"
              "Finished sleeper with delay: 3\n"
              "Each holds the thread:\n"
              "Finished sleeper with delay: 1\n"
              "Finished sleeper with delay: 3\n"
              "Finished sleeper with delay: 2\n");
}

TEST_P(Small, MiniLoopEchoesToAllAtOnceAndItsClockGoesOn) {
    Server server = start_server("mini_loop");
    Client silent(server.endpoint());
    Client never_reads(server.endpoint(), {.receive_buffer = 8192});
    never_reads.send_until_full(std::string(16 << 20, 'x'), 200ms);
    Client resets(server.endpoint());
    resets.exchange("hello");
    resets.reset();
    Client client(server.endpoint());
    client.exchange(std::string(1 << 20, 'y'));
    server.process().wait_for_line("1 s", Deadline(kPatience));
    server.process().wait_for_line("2 s", Deadline(kPatience));
    client.exchange("still here");
    client.half_close();
    client.expect_end();
    silent.exchange("I too");
    EXPECT_LT(server.process().usage().cpu, 1s) << "it does not sleep";
}

TEST_P(Small, MiniLoopWaitsForDescriptors) {
    // 0, 1, 2, the listener, perhaps epoll's own, and few for clients.
    Server server = Server::ours(with_selector("mini_loop", {"{port}"}),
                                 {.limits = {{RLIMIT_NOFILE, {8, 8}}}});
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i)
        clients.emplace_back(server.endpoint());
    clients.front().exchange("hello");
    clients.back().send("and I?");
    EXPECT_FALSE(clients.back().has_answer(300ms));
    while (clients.size() > 1)
        clients.erase(clients.begin());
    EXPECT_EQ(clients.back().receive(6), "and I?");
}

using Lines = std::vector<std::string>;

Lines split(const std::string& text) {
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

// Takes the lines up to and with `heading` off, and gives them without it.
Lines part_before(Lines& lines, const std::string& heading) {
    auto at = std::ranges::find(lines, heading);
    Lines part(lines.begin(), at);
    lines.erase(lines.begin(), at == lines.end() ? at : at + 1);
    return part;
}

// "Started call_soon at 0.2": takes the time off the end of each line, and
// fails unless it is what `expected` says, or a busy machine's little later.
void check_times(Lines& lines, const std::vector<double>& expected) {
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::size_t blank = lines[i].rfind(' ');
        double time = std::stod(lines[i].substr(blank));
        EXPECT_GE(time, expected[i]) << lines[i];
        EXPECT_LT(time, expected[i] + 0.5 * time_scale()) << lines[i];
        lines[i].erase(blank);
    }
}

Lines beginning_with(const Lines& lines, const std::string& start) {
    Lines chosen;
    std::ranges::copy_if(
        lines, std::back_inserter(chosen),
        [&](const std::string& line) { return line.starts_with(start); });
    return chosen;
}

// Without those that are empty, comments or includes, as the book counts.
TEST(MiniLoop, IsUnderAHundredLines) {
    std::ifstream file(TINCAN_SOURCE_DIR "/06-coroutines/mini_loop.cpp");
    int lines = 0;
    for (std::string line; std::getline(file, line);) {
        line.erase(0, line.find_first_not_of(' '));
        bool counts = !line.empty() && !line.starts_with("//") &&
                      !line.starts_with("#include");
        if (counts) ++lines;
    }
    EXPECT_GT(lines, 0);
    EXPECT_LT(lines, 100);
}

TEST_P(Small, SchedulingPrintsWhatBlocksAndWhatWaits) {
    Lines lines = split(output_of(with_selector("scheduling")));
    EXPECT_EQ(part_before(lines, "Callbacks that block:"), Lines{});
    Lines blocking = part_before(lines, "Coroutines:");
    check_times(blocking, {0.0, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6, 0.8});
    EXPECT_EQ(blocking,
              (Lines{"Started call_soon at", "Finished call_soon at",
                     "Started call_soon_threadsafe at",
                     "Finished call_soon_threadsafe at",
                     "Started call_later at", "Finished call_later at",
                     "Started call_at at", "Finished call_at at"}));

    // Started and finished apart: a machine that is busy for 10 ms may mix
    // what happens at 0.2.
    Lines waiting = part_before(lines, "In one turn:");
    Lines started = beginning_with(waiting, "Started");
    check_times(started, {0.0, 0.0, 0.1, 0.2});
    EXPECT_EQ(started,
              (Lines{"Started call_soon at", "Started call_soon_threadsafe at",
                     "Started call_later at", "Started call_at at"}));
    Lines finished = beginning_with(waiting, "Finished");
    check_times(finished, {0.2, 0.2, 0.3, 0.4});
    EXPECT_EQ(
        finished,
        (Lines{"Finished call_soon at", "Finished call_soon_threadsafe at",
               "Finished call_later at", "Finished call_at at"}));

    // Due timers come behind what was asked for with call_soon, and that is
    // first come, first served.
    EXPECT_EQ(part_before(lines, "Cancelled:"),
              (Lines{"first call_soon", "second call_soon",
                     "a timer that was due before them"}));
    EXPECT_EQ(lines, Lines{"cancelled from another thread"});
}

// "    ../06-coroutines/stacks.cpp:20 nap": the function, if there is a
// co_await in that line of the source.
std::string awaiting_function(const std::string& line, const Lines& source) {
    std::size_t colon = line.find(".cpp:") + 4;
    std::size_t blank = line.find(' ', colon);
    std::size_t number = std::stoul(line.substr(colon + 1));
    EXPECT_NE(line.find("stacks.cpp:"), line.npos) << line;
    EXPECT_NE(source.at(number - 1).find("co_await"), std::string::npos)
        << line;
    return line.substr(blank + 1);
}

TEST_P(Small, StacksAreThoseOfTheSource) {
    std::ifstream file(TINCAN_SOURCE_DIR "/06-coroutines/stacks.cpp");
    Lines source = split({std::istreambuf_iterator<char>(file), {}});
    Lines printed = split(output_of(with_selector("stacks")));
    for (std::string& line : printed) {
        if (line.find(".cpp:") != line.npos) {
            line = awaiting_function(line, source);
        } else if (line.starts_with("    waits for: recv ")) {
            line = "    waits for: recv";
        }
    }
    EXPECT_EQ(printed, (Lines{"main:", "stack_printer", "sleeper:", "sleeper",
                              "snore", "nap", "    waits for: sleep",
                              "listener:", "listen", "    waits for: recv",
                              "friend:", "friend_of", "    waits for: task"}));
}

TEST_P(Small, ASignalCancelsAllTasksAndNobodyWaitsForItself) {
    Process process(with_selector("cancel_on_signal"));
    process.wait_for_line("delay: sleeping for 10 second(s)",
                          Deadline(kPatience));
    Clock::time_point start = Clock::now();
    process.signal(SIGINT);
    expect_exit(process, 0);
    EXPECT_LT(Clock::now() - start, 5s) << "slept on";
    process.end();
    EXPECT_EQ(process.err(), "");
    EXPECT_EQ(process.out(),
              "delay: sleeping for 10 second(s)\n"
              "Got a SIGINT!\n"
              "Cancelling 4 task(s).\n"
              "main: cancelled, waits for the others\n"
              "delay: cancelled in its sleep\n"
              "tidy: cancelled, cleans up\n"
              "friend: cancelled, and so is delay\n"
              "tidy: has cleaned up\n"
              "delay has ended: cancelled\n"
              "friend has ended: cancelled\n"
              "tidy has ended: cancelled\n"
              "run: main was cancelled\n");
}

TEST(SmallArguments, WrongOnesGiveTheUsage) {
    expect_usage({"sleepers", "soon"});
    expect_usage({"sleepers", "-1"});
    expect_usage({"sleepers", "1", "2"});
    expect_usage({"sleepers", "--selector=kqueue"});
    expect_usage({"scheduling", "1"});
    expect_usage({"stacks", "--selector=kqueue"});
    expect_usage({"cancel_on_signal", "1"});
    expect_usage({"mini_loop", "65536"});
    expect_usage({"mini_loop", "--selector=kqueue"});
}

}  // namespace
}  // namespace tincan::test
