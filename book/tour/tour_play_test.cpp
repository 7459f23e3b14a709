// The tour itself, played on the real servers.
#include "book/tour/scenario.hpp"
#include "book/tour/story.hpp"

#include <sys/wait.h>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <span>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

namespace tincan::tour {
namespace {

const Programs kPrograms{TINCAN_BUILD_DIR,
                         TINCAN_BUILD_DIR "/book/tour/libtour_recorder.so"};

// Keeps a core busy for as long as it lives.
class Burner {
public:
    Burner()
        : thread_([](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
              }
          }) {}

private:
    std::jthread thread_;
};

// The same story twenty times, several at once: a scene is mostly waiting. A
// learner's machine need not prove it so thoroughly.
constexpr int kAtOnce = 5;
const int kRounds = std::getenv("CI") != nullptr ? 4 : 1;

std::string golden(const Stage& stage) {
    std::ifstream file(fmt::format("{}/book/tour/golden/{}.txt",
                                   TINCAN_SOURCE_DIR, stage.scene.name()));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// All of them at once, each so many times.
void expect_the_same_story(std::span<const Stage> stages) {
    Burner burner;
    for (int round = 1; round <= kRounds; ++round) {
        std::vector<std::pair<const Stage*, std::future<std::string>>> runs;
        for (const Stage& stage : stages) {
            for (int i = 0; i < kAtOnce; ++i) {
                auto play_it = [&stage] {
                    std::ostringstream played;
                    write(played, play(stage.scene, kPrograms));
                    return played.str();
                };
                runs.emplace_back(&stage,
                                  std::async(std::launch::async, play_it));
            }
        }
        for (auto& [stage, run] : runs) {
            ASSERT_EQ(run.get(), golden(*stage))
                << "round " << round
                << "; if the server is right and the story changed: tour "
                   "--timelines book/tour/golden --svg book/figures";
        }
    }
}

class EveryStage : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryStage, TellsTheSameStoryEachTime) {
    const Stage& stage = stages()[GetParam()];
    if (!std::filesystem::exists(kPrograms.build / stage.scene.stage /
                                 stage.scene.program)) {
        GTEST_SKIP() << "left out of this build for want of a package";
    }
    expect_the_same_story({&stage, 1});
}

INSTANTIATE_TEST_SUITE_P(Tour, EveryStage, testing::Range(0UL, stages().size()),
                         [](const auto& number) {
                             std::string_view name =
                                 stages()[number.param].scene.stage;
                             return fmt::format("stage_{}", name.substr(0, 2));
                         });

TEST(Figures, TellTheSameStoryEachTime) {
    expect_the_same_story(figures());
}

struct Ended {
    int status;
    std::string output;
};

// Without a terminal, and with stderr in the output.
Ended run_tour(const std::string& arguments,
               const std::string& environment = "") {
    std::string command = environment +
                          " exec '" TINCAN_BUILD_DIR "/book/tour/tour' " +
                          arguments + " 2>&1 </dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    Ended ended{};
    std::array<char, 4096> buffer;
    while (std::size_t count =
               std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        ended.output.append(buffer.data(), count);
    }
    int status = ::pclose(pipe);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
}

TEST(Command, RunsThroughInAPipe) {
    Ended ended = run_tour("1 02", "LC_ALL=C");
    EXPECT_EQ(ended.status, 0);
    for (const char* part :
         {"Stage 1, blocking: Bob waits for Ann", "waits 0.6 s",
          "Bob waited 0.6 s for an answer, while the server sat in recv(Ann).",
          "Next: sockets that never wait", "Stage 2, non-blocking",
          "./tincan chat"}) {
        EXPECT_NE(ended.output.find(part), std::string::npos)
            << part << " is not in:\n"
            << ended.output;
    }
    for (char c : ended.output) {
        ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << ended.output;
    }
}

TEST(Command, WritesFigures) {
    std::string directory =
        testing::TempDir() + "tour_figures" + std::to_string(::getpid());
    std::filesystem::create_directory(directory);
    Ended ended = run_tour("3 --svg " + directory);
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.output, directory + "/03-select.svg\n");
    EXPECT_TRUE(std::filesystem::exists(directory + "/03-select.svg"));
    std::filesystem::remove_all(directory);
}

TEST(Command, FailsWithOneLine) {
    struct Case {
        std::string arguments, environment;
        int status;
        std::string output;
    };
    for (const auto& [arguments, environment, status, output] :
         {Case{"--paint", "", 2, "tour: unknown option --paint\n"},
          Case{"1 --width 20", "", 2,
               "tour: --width wants a number, at least 80\n"},
          Case{"nine", "", 2,
               "tour: no stage is called nine; there are 01-blocking "
               "02-nonblocking-busy 03-select 04-poll 05-threads "
               "06-coroutines 07-chat; and the figures 06-sleepers 06-cancel "
               "06-graceful 06-keyboard-blocking 06-keyboard-thread\n"},
          Case{"1 --svg /nowhere", "", 1,
               "tour: /nowhere/01-blocking.svg: No such file or directory\n"},
          Case{"1 --svg /nowhere", "TINCAN_BUILD_DIR=/void", 1,
               "tour: /void/01-blocking/echo_server: not built yet; "
               "./tincan tour builds what it needs\n"}}) {
        Ended ended = run_tour(arguments, environment);
        EXPECT_EQ(ended.status, status) << arguments;
        EXPECT_EQ(ended.output, output);
    }
}

TEST(Command, Helps) {
    Ended ended = run_tour("--help");
    EXPECT_EQ(ended.status, 0);
    EXPECT_TRUE(ended.output.starts_with("usage: tour "));
}

}  // namespace
}  // namespace tincan::tour
