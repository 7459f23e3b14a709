// The timeline as text, and what is read from it.
#include "book/tour/picture.hpp"
#include "book/tour/timeline.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace tincan::tour {
namespace {

Timeline small_timeline() {
    Timeline timeline;
    timeline.stage = "01-blocking";
    timeline.beats = 12;
    timeline.lanes = {
        {"Ann", LaneKind::person, {0, 0}, {12, 0}, true},
        {"Ann's \"task\"", LaneKind::task, {1, 2}, {9, 1}, false}};
    timeline.waits = {{1, "select", {"listener", "Ann"}, {1, 3}, {6, 1}},
                      {1, "event", {}, {6, 2}, {9, 0}}};
    timeline.deeds = {{0, Act::connect, "", {1, 0}},
                      {0, Act::say, R"(a "quoted" \n word)", {6, 0}},
                      {0, Act::hear, "", {6, 3}},
                      {0, Act::leave, "", {9, 0}}};
    timeline.arrows = {{Cause::start, 0, {1, 0}, 1, {3, 1}},
                       {Cause::connect, 0, {1, 0}, 1, {1, 1}},
                       {Cause::bytes, 0, {6, 0}, 1, {6, 1}},
                       {Cause::leave, 0, {9, 0}, 1, {9, 1}}};
    return timeline;
}

TEST(Timeline, IsReadAsItWasWritten) {
    std::stringstream file;
    write(file, small_timeline());
    EXPECT_EQ(read_timeline(file), small_timeline()) << file.str();
}

TEST(Timeline, LinesThatSayNothingAreRefusedByNumber) {
    for (const char* line :
         {"", "nonsense", "beats twelve 100", "lane person Ann 0.0",
          "lane giant \"Ann\" 0.0 1.0 ends", "lane task \"A\" 0.0 1.0 maybe",
          "wait 0 1.0", "wait 0 1.0 2 recv", "deed 0 1.0 dance \"\"",
          "deed 0 1.0 say", "arrow 0 1.0 1 1.1", "arrow 0 1.0 1 1.1 whim"}) {
        std::stringstream file;
        file << "stage \"01\"\n" << line << '\n';
        try {
            read_timeline(file);
            ADD_FAILURE() << "was accepted: " << line;
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(),
                      std::string("line 2 says nothing: ") + line);
        }
    }
}

TEST(Timeline, LanesThatDoNotExistAreRefused) {
    for (const char* line :
         {"wait 7 1.0 2.0 recv \"Ann\"", "deed 7 1.0 say \"\"",
          "arrow 0 1.0 7 1.1 bytes", "arrow 7 1.0 0 1.1 bytes"}) {
        std::stringstream file;
        file << "lane person \"Ann\" 0.0 1.0 ends\n" << line << '\n';
        EXPECT_THROW(read_timeline(file), std::runtime_error) << line;
    }
}

TEST(Picture, LabelsGetShorterUntilTheyFit) {
    Timeline timeline = small_timeline();
    auto candidates = labels(timeline, timeline.waits[0]);
    EXPECT_EQ(candidates.front(), "select{listener, Ann}");
    EXPECT_EQ(fitting(candidates, 20), "select{L,Ann}");
    EXPECT_EQ(fitting(candidates, 12), "select{L,A}");
    EXPECT_EQ(fitting(candidates, 10), "{L,A}");
    EXPECT_EQ(fitting(candidates, 4), "");
}

TEST(Picture, ATaskAwaits) {
    Timeline timeline = small_timeline();
    timeline.waits[0] = {1, "recv", {"Ann"}, {1, 3}, {6, 1}};
    auto candidates = labels(timeline, timeline.waits[0]);
    EXPECT_EQ(candidates.front(), "co_await recv(Ann)");
    EXPECT_EQ(fitting(candidates, 9), "recv(Ann)");
}

TEST(Picture, WhoDoesNotWaitRuns) {
    Timeline timeline = small_timeline();
    auto works = running(timeline, 1);
    ASSERT_EQ(works.size(), 3U);
    EXPECT_EQ(works[0].from, (Moment{1, 2}));
    EXPECT_EQ(works[0].to, (Moment{1, 3}));
    EXPECT_EQ(works[1].from, (Moment{6, 1}));
    EXPECT_EQ(works[2].to, (Moment{9, 1}));
}

TEST(Picture, AnAnswerIsAwaitedFromTheFirstWordToTheFirstAnswer) {
    Timeline timeline = small_timeline();
    timeline.deeds = {{0, Act::say, "a", {2, 0}},
                      {0, Act::say, "b", {3, 0}},
                      {0, Act::hear, "ab", {7, 1}},
                      {0, Act::hear, "c", {8, 1}}};
    auto waits = answers_awaited(timeline, 0);
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(seconds(timeline, beats(waits[0])), "0.5 s");
}

TEST(Picture, AConnectIsQueuedIfItIsAcceptedInALaterBeat) {
    Timeline timeline = small_timeline();
    EXPECT_FALSE(queued(timeline, 0));
    timeline.arrows = {{Cause::connect, 0, {1, 0}, 1, {3, 1}}};
    ASSERT_TRUE(queued(timeline, 0));
    EXPECT_EQ(beats(*queued(timeline, 0)), 2);
    EXPECT_FALSE(queued(timeline, 1));
}

TEST(Picture, NewsIsWhatIsNotTheEchoOfOnesOwnWords) {
    Timeline timeline = small_timeline();
    timeline.deeds = {{0, Act::say, "hi", {2, 0}},
                      {0, Act::hear, "Ann: hi", {2, 3}},
                      {0, Act::hear, "Bob: hello\\nBob: you", {4, 3}},
                      {1, Act::hear, "Ann: hi", {5, 3}},
                      {0, Act::hear, "Bob has left", {7, 1}}};
    auto heard = news(timeline, 0);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].text, "Bob: hello");
    EXPECT_EQ(heard[0].next, (Moment{7, 1}));
    EXPECT_EQ(heard[1].next, (Moment{12, 0}));
}

TEST(Picture, WordsAreShortenedBetweenThem) {
    EXPECT_EQ(shortened("Bob has left", 12), "Bob has left");
    EXPECT_EQ(shortened("Bob has left", 11), "Bob has ...");
    EXPECT_EQ(shortened("Bob has left", 10), "");
    EXPECT_EQ(shortened("Bob has left", 0), "");
}

}  // namespace
}  // namespace tincan::tour
