// The drawings and the words, made from the golden timelines.
#include "book/tour/draw_svg.hpp"
#include "book/tour/draw_text.hpp"
#include "book/tour/options.hpp"
#include "book/tour/story.hpp"
#include "book/tour/svg.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace tincan::tour {
namespace {

std::string content(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<Stage> pictures() {
    std::vector<Stage> all(stages().begin(), stages().end());
    all.insert(all.end(), figures().begin(), figures().end());
    return all;
}

Timeline golden(const Stage& stage) {
    std::stringstream file(content(fmt::format(
        "{}/book/tour/golden/{}.txt", TINCAN_SOURCE_DIR, stage.scene.name())));
    return read_timeline(file);
}

Timeline golden(std::string_view name) {
    return golden(*find_stage(name));
}

std::string joined(const Timeline& timeline) {
    return fmt::format("{}", fmt::join(told(timeline), "\n"));
}

std::size_t columns(std::string_view line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string without_colours(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        if (text.front() == '\x1b') {
            text.remove_prefix(text.find('m') + 1);
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

TEST(Text, StageOneLooksLikeThis) {
    EXPECT_EQ('\n' + draw_text(golden("1"), {.width = 80}), R"(
                                              "hello"
 Ann       connects o-------------------------o/o------------o leaves
                     v                         v^            v
 server        [----]#[------ recv(Ann) ------]#[ recv(Ann) ]###[ recv ]#[--]
                                                              ^^|       ^
                         ...... 0.7 s in the accept queue .....|v       :
 Bob            connects o----o////////// waits 0.6 s //////////o------o leaves
                              "hi"
               0.0 s     0.2       0.4        0.6       0.8       1.0        1.2
 # works   [-] sleeps in a call   / waits for an answer   v bytes
 v connect, close
)");
}

TEST(Text, IsNeverWiderThanAskedFor) {
    for (const Stage& stage : pictures()) {
        for (int width = 80; width <= 200; ++width) {
            std::istringstream text(
                draw_text(golden(stage), {.width = width, .utf8 = true}));
            for (std::string line; std::getline(text, line);) {
                ASSERT_LE(columns(line), static_cast<std::size_t>(width))
                    << line;
                ASSERT_FALSE(line.ends_with(' ')) << line;
            }
        }
    }
}

TEST(Text, ColoursAddNothingButColours) {
    for (const Stage& stage : pictures()) {
        std::string plain = draw_text(golden(stage), {.utf8 = true});
        std::string colourful =
            draw_text(golden(stage), {.utf8 = true, .colour = true});
        EXPECT_EQ(plain.find('\x1b'), std::string::npos);
        EXPECT_NE(colourful, plain);
        EXPECT_EQ(without_colours(colourful), plain);
    }
}

TEST(Text, IsAsciiWithoutUtf8) {
    for (const Stage& stage : pictures()) {
        for (char c : draw_text(golden(stage), {.width = 100})) {
            ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
        }
    }
}

TEST(Text, SaysWhoWaitsInWhichCall) {
    std::string text = draw_text(golden("1"), {.width = 80, .utf8 = true});
    EXPECT_NE(text.find("waits 0.6 s"), std::string::npos) << text;
    EXPECT_NE(text.find("recv(Ann)"), std::string::npos) << text;
    EXPECT_NE(text.find("0.7 s in the accept queue"), std::string::npos)
        << text;
}

TEST(Words, BobWaitsForAnnInStageOneAlone) {
    EXPECT_EQ(told(golden("1")).front(),
              "Bob waited 0.6 s for an answer, while the server sat in "
              "recv(Ann).");
    for (const Stage& stage : stages().subspan(1)) {
        auto words = told(golden(stage));
        EXPECT_NE(std::ranges::find(words, "Nobody waited for an answer."),
                  words.end())
            << stage.name;
    }
}

TEST(Words, SayHowTheOthersManageIt) {
    EXPECT_NE(joined(golden("2")).find("never slept"), std::string::npos);
    EXPECT_NE(joined(golden("3")).find("select{listener, Ann, Bob}"),
              std::string::npos);
    EXPECT_NE(joined(golden("4")).find("poll{listener, Ann, Bob}"),
              std::string::npos);
    EXPECT_NE(joined(golden("5")).find("Bob's thread in recv(Bob)"),
              std::string::npos);
    EXPECT_NE(joined(golden("7"))
                  .find("What Bob said came to Ann as "
                        "\"Bob: hi\""),
              std::string::npos);
    EXPECT_NE(joined(golden("6")).find("Their one thread slept in epoll_wait"),
              std::string::npos);
}

const Lane& lane(const Timeline& timeline, std::string_view name) {
    return *std::ranges::find(timeline.lanes, name, &Lane::name);
}

// Those are written by hand: what they say must be in the timelines.
TEST(Words, OfTheFiguresAreTrue) {
    Timeline sleepers = golden("sleepers");
    EXPECT_EQ(lane(sleepers, "sleeper 3").end.beat, 6);
    EXPECT_EQ(lane(sleepers, "blocking 1").begin.beat, 6);
    EXPECT_EQ(lane(sleepers, "blocking 2").end.beat, 6 + 2 * (1 + 3 + 2));

    Timeline cancelled = golden("cancel");
    int signal = cancelled.signals.at(0).at.beat;
    for (const auto& [name, later] :
         {std::pair{"delay", 0}, {"friend", 0}, {"tidy", 1}, {"main", 1}}) {
        EXPECT_TRUE(lane(cancelled, name).cancelled) << name;
        EXPECT_EQ(lane(cancelled, name).end.beat, signal + later) << name;
    }

    Timeline graceful = golden("graceful");
    signal = graceful.signals.at(0).at.beat;
    EXPECT_EQ(lane(graceful, "Ann's task").end.beat, signal);
    EXPECT_EQ(lane(graceful, "Bob's task").end.beat, signal + 5);
    EXPECT_EQ(lane(graceful, "Cid's task").end.beat * graceful.beat,
              signal * graceful.beat + std::chrono::seconds(2));

    Timeline blocking = golden("keyboard-blocking");
    for (std::string_view name : {"delay 1", "delay 2"}) {
        const Lane& delay = lane(blocking, name);
        EXPECT_TRUE(delay.cancelled);
        EXPECT_EQ(delay.end.beat, lane(blocking, "thread").end.beat);
    }
    EXPECT_EQ(std::ranges::count(blocking.waits, kReady, &Wait::call), 2);
    Timeline thread = golden("keyboard-thread");
    EXPECT_LT(lane(thread, "delay 1").end, lane(thread, "delay 2").end);
    EXPECT_EQ(std::ranges::count(thread.waits, kReady, &Wait::call), 0);
}

TEST(Figures, InTheBookAreThoseOfTheGoldenTimelines) {
    for (const Stage& stage : pictures()) {
        Timeline timeline = golden(stage);
        std::string path = fmt::format("{}/book/figures/{}.svg",
                                       TINCAN_SOURCE_DIR, stage.scene.name());
        EXPECT_TRUE(content(path) ==
                    draw_svg(timeline, caption(stage, timeline)))
            << path << " is an old one; run: tour --svg book/figures";
    }
}

struct Box {
    double left, top, right, bottom;
    std::string words;
};

std::string attribute(const std::string& element, const std::string& name) {
    auto begin = element.find(' ' + name + "=\"");
    if (begin == std::string::npos) return "";
    begin += name.size() + 3;
    return element.substr(begin, element.find('"', begin) - begin);
}

// Every label of a figure, as wide as its letters may get.
std::vector<Box> labels_of(const std::string& svg) {
    std::vector<Box> boxes;
    std::istringstream lines(svg);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("<text ")) continue;
        auto words = line.substr(line.find('>') + 1);
        words = words.substr(0, words.find('<'));
        double size = std::stod(attribute(line, "font-size"));
        double width =
            width_of(words, {.size = size,
                             .bold = !attribute(line, "font-weight").empty(),
                             .mono = !attribute(line, "font-family").empty()});
        std::string anchor = attribute(line, "text-anchor");
        double left =
            std::stod(attribute(line, "x")) - width * (anchor == "start" ? 0
                                                       : anchor == "end" ? 1
                                                                         : 0.5);
        double base = std::stod(attribute(line, "y"));
        boxes.push_back(
            {left, base - size * 0.8, left + width, base + size * 0.2, words});
    }
    return boxes;
}

bool overlap(const Box& a, const Box& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom &&
           b.top < a.bottom;
}

TEST(Figures, NoLabelLiesOnAnotherOrOutside) {
    for (const Stage& stage : pictures()) {
        Timeline timeline = golden(stage);
        auto boxes = labels_of(draw_svg(timeline, caption(stage, timeline)));
        ASSERT_GT(boxes.size(), 15U);
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            EXPECT_GE(boxes[i].left, 0) << stage.name << boxes[i].words;
            EXPECT_LE(boxes[i].right, 940) << stage.name << boxes[i].words;
            for (std::size_t j = 0; j < i; ++j) {
                EXPECT_FALSE(overlap(boxes[i], boxes[j]))
                    << stage.name << ": " << boxes[i].words << " / "
                    << boxes[j].words;
            }
        }
    }
}

// What arrows that pass a lane leave of its bars is where the labels are.
TEST(Figures, NoArrowCrossesALabel) {
    int arrows = 0;
    for (const Stage& stage : pictures()) {
        Timeline timeline = golden(stage);
        std::string svg = draw_svg(timeline, caption(stage, timeline));
        auto boxes = labels_of(svg);
        std::istringstream lines(svg);
        for (std::string line; std::getline(lines, line);) {
            double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
            if (std::sscanf(line.c_str(), "<path d=\"M%lf %lfL%lf %lf\"", &x0,
                            &y0, &x1, &y1) != 4) {
                continue;
            }
            ++arrows;
            for (int percent = 0; percent <= 100; ++percent) {
                double x = x0 + (x1 - x0) * percent / 100;
                double y = y0 + (y1 - y0) * percent / 100;
                for (const Box& box : boxes) {
                    EXPECT_FALSE(x > box.left && x < box.right && y > box.top &&
                                 y < box.bottom)
                        << stage.name << ": " << box.words;
                }
            }
        }
    }
    EXPECT_GT(arrows, 50);
}

TEST(Figures, HaveBothThemesAndWordsForThoseWhoDoNotSeeThem) {
    for (const Stage& stage : pictures()) {
        Timeline timeline = golden(stage);
        std::string svg = draw_svg(timeline, caption(stage, timeline));
        EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
        EXPECT_NE(svg.find("<title id=\"title\">Stage "), std::string::npos);
        EXPECT_NE(svg.find(escaped(told(stage, timeline).front())),
                  std::string::npos);
        EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
        EXPECT_EQ(svg.find("var("), std::string::npos);
    }
}

TEST(Figures, WhatPeopleSayIsNoMarkup) {
    Timeline timeline = golden("1");
    for (Deed& deed : timeline.deeds) {
        if (deed.act == Act::say) deed.text = "<b>&\"</b>";
    }
    std::string svg = draw_svg(timeline, {"<t>", "a&b", "\"d\""});
    EXPECT_NE(svg.find("&lt;b&gt;&amp;&quot;&lt;/b&gt;"), std::string::npos);
    EXPECT_EQ(svg.find("<b>"), std::string::npos);
    EXPECT_EQ(svg.find("<t>"), std::string::npos);
}

TEST(Options, StagesHaveFourNamesEach) {
    for (const char* name : {"2", "02", "02-nonblocking-busy",
                             "nonblocking-busy", "non-blocking"}) {
        const Stage* stage = find_stage(name);
        ASSERT_NE(stage, nullptr) << name;
        EXPECT_EQ(stage->scene.stage, "02-nonblocking-busy");
    }
    for (const char* name : {"", "0", "9", "00", "002", "-", "block"}) {
        EXPECT_EQ(find_stage(name), nullptr) << name;
    }
}

TEST(Options, FiguresHaveTwo) {
    for (const char* name : {"06-sleepers", "sleepers"}) {
        const Stage* figure = find_stage(name);
        ASSERT_NE(figure, nullptr) << name;
        EXPECT_EQ(figure->scene.name(), "06-sleepers");
    }
}

TEST(Options, AllStagesUnlessSomeAreNamed) {
    EXPECT_EQ(parse({}).stages.size(), stages().size());
    EXPECT_EQ(parse({"--all"}).stages.size(), pictures().size());
    EXPECT_EQ(parse({"--svg", "figures"}).stages.size(), pictures().size());
    Options options = parse({"5", "--width", "100", "blocking"});
    ASSERT_EQ(options.stages.size(), 2U);
    EXPECT_EQ(options.stages[0]->name, "threads");
    EXPECT_EQ(options.width, 100);
}

TEST(Options, WrongOnesAreNamed) {
    auto complaint = [](Arguments arguments) -> std::string {
        try {
            parse(arguments);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(complaint({"--colour"}), "unknown option --colour");
    EXPECT_EQ(complaint({"--svg"}), "--svg wants a value");
    EXPECT_TRUE(
        complaint({"ni\x1bne"})
            .starts_with(
                "no stage is called ni\\x1bne; there are 01-blocking "));
    for (const char* width : {"79", "-80", "wide", "80x", "", "99999999999"}) {
        EXPECT_EQ(complaint({"--width", width}),
                  "--width wants a number, at least 80")
            << width;
    }
}

}  // namespace
}  // namespace tincan::tour
