#include "book/tour/story.hpp"

#include "book/tour/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace tincan::tour {

namespace {

// Ann is silent for half a second; what that means for Bob is the story.
constexpr std::array<Step, 6> kEcho = {{
    {1, "Ann", Act::connect},
    {2, "Bob", Act::connect},
    {3, "Bob", Act::say, "hi\n"},
    {6, "Ann", Act::say, "hello\n"},
    {9, "Ann", Act::leave},
    {11, "Bob", Act::leave},
}};

constexpr std::string_view kEchoPeople =
    "Ann connects and says nothing for half a second. Bob comes a little "
    "later and speaks at once. The server sends back what each of them says: "
    "a real one, run just now, with a record of every call in which it waits.";

constexpr std::array<Step, 8> kChat = {{
    {1, "Ann", Act::connect},
    {2, "Ann", Act::say, "CONNECT Ann\n"},
    {3, "Bob", Act::connect},
    {4, "Bob", Act::say, "CONNECT Bob\n"},
    {7, "Bob", Act::say, "hi\n"},
    {9, "Ann", Act::say, "hello\n"},
    {11, "Ann", Act::leave},
    {12, "Bob", Act::leave},
}};

constexpr std::string_view kChatPeople =
    "Ann and Bob connect, each says a name, and then they talk to each other.";

constexpr Scene echo(std::string_view folder) {
    return {folder, "echo_server", kEcho, 12};
}

constexpr std::array<Stage, 7> kStages = {{
    {echo("01-blocking"), "blocking", "Bob waits for Ann",
     "One thread. While it sleeps in recv(Ann), nobody calls accept().",
     "Next: sockets that never wait. One thread asks all of them in turn, and "
     "Bob has\nhis answer at once. Who pays for that?",
     kEchoPeople},
    {echo("02-nonblocking-busy"), "non-blocking", "nobody waits, nobody sleeps",
     "One thread asks every socket in turn, all the time: \"not yet\", says "
     "EAGAIN.",
     "Next: select. The thread tells the kernel which sockets it looks after, "
     "and\nsleeps until one of them is ready.",
     kEchoPeople},
    {echo("03-select"), "select", "one thread sleeps for everybody",
     "One call waits for all sockets at once, and says which of them is ready.",
     "Next: poll. The set that select is given has room for 1024 descriptors; "
     "a list\nhas no such bound. Nothing else changes.",
     kEchoPeople},
    {echo("04-poll"), "poll", "the same without a bound",
     "A list of descriptors instead of a set of bits; the same picture.",
     "Next: the other way to serve two at once. Back to the simple code of "
     "stage 1,\nbut with a thread for each client.",
     kEchoPeople},
    {echo("05-threads"), "threads", "one for everybody",
     "Each is as simple as stage 1 and sleeps in a call of its own.",
     "Next: coroutines. The code reads like these threads, with a task for "
     "each\nclient; but all tasks share one thread, as in stages 3 and 4.",
     kEchoPeople},
    {echo("06-coroutines"), "coroutines", "many tasks, one thread",
     "A task that has to wait is set aside; the thread sleeps for all of them.",
     "Next: the application. A chat server made of such tasks, in which "
     "everybody\nhears what one of them says.",
     kEchoPeople},
    {{"07-chat", "chat_server", kChat, 13},
     "chat",
     "what one says, all hear",
     "A task for each person, as in stage 6; a room knows them all.",
     "",
     kChatPeople},
}};

std::string join(const std::vector<std::string>& words) {
    if (words.size() < 2) return words.empty() ? "" : words.front();
    return fmt::format("{} and {}",
                       fmt::join(words.begin(), words.end() - 1, ", "),
                       words.back());
}

std::string label(const Timeline& timeline, const Wait& wait) {
    std::string longest = labels(timeline, wait).front();
    constexpr std::string_view kAwait = "co_await ";
    return longest.starts_with(kAwait) ? longest.substr(kAwait.size())
                                       : longest;
}

// In which call, that had nothing to do with this person, a server spent most
// of the time from `wait.from` to `wait.to`, and how many beats; "" if in none.
std::pair<std::string, int> busy_elsewhere(const Timeline& timeline,
                                           const std::string& person,
                                           const Stretch& stretch) {
    std::map<std::string, int> spent;
    for (const Wait& wait : timeline.waits) {
        if (std::ranges::find(wait.on, person) != wait.on.end()) continue;
        int from = std::max(wait.from.beat, stretch.from.beat);
        int to = std::min(wait.to.beat, stretch.to.beat);
        if (from < to) spent[label(timeline, wait)] += to - from;
    }
    auto most = std::ranges::max_element(
        spent, {}, [](const auto& entry) { return entry.second; });
    if (most == spent.end()) return {"", 0};
    return *most;
}

// One sentence for each person who had to wait.
void tell_waits(const Timeline& timeline, std::vector<std::string>& story) {
    for (std::size_t lane = 0; lane < timeline.lanes.size(); ++lane) {
        if (timeline.lanes[lane].kind != LaneKind::person) continue;
        const std::string& name = timeline.lanes[lane].name;
        for (const Stretch& wait : answers_awaited(timeline, lane)) {
            if (beats(wait) == 0) continue;
            auto [call, spent] = busy_elsewhere(timeline, name, wait);
            story.push_back(fmt::format(
                "{} waited {} for an answer{}.", name,
                seconds(timeline, beats(wait)),
                spent == 0
                    ? ""
                    : fmt::format(", while the server sat in {}", call)));
        }
        if (auto queue = queued(timeline, lane)) {
            story.push_back(fmt::format(
                "The connection was made at once, by the kernel; but the "
                "server came to accept it {} later.",
                seconds(timeline, beats(*queue))));
        }
    }
}

// The longest wait of each lane, from top to bottom.
std::vector<const Wait*> longest_waits(const Timeline& timeline,
                                       LaneKind kind) {
    std::map<std::size_t, const Wait*> longest;
    for (const Wait& wait : timeline.waits) {
        if (timeline.lanes[wait.lane].kind != kind) continue;
        const Wait*& best = longest[wait.lane];
        if (best == nullptr ||
            beats({wait.from, wait.to}) > beats({best->from, best->to})) {
            best = &wait;
        }
    }
    std::vector<const Wait*> result;
    for (const auto& [lane, wait] : longest) {
        result.push_back(wait);
    }
    return result;
}

std::string where(const Timeline& timeline,
                  const std::vector<const Wait*>& waits) {
    std::vector<std::string> places;
    for (const Wait* wait : waits) {
        const std::string& name = timeline.lanes[wait->lane].name;
        bool is_named = name.front() >= 'A' && name.front() <= 'Z';
        places.push_back(fmt::format("{}{} in {}", is_named ? "" : "the ", name,
                                     label(timeline, *wait)));
    }
    return join(places);
}

// How the server managed that nobody had to wait.
void tell_servers(const Timeline& timeline, std::vector<std::string>& story) {
    auto threads = longest_waits(timeline, LaneKind::thread);
    auto tasks = longest_waits(timeline, LaneKind::task);
    if (std::ranges::any_of(
            threads, [](const Wait* wait) { return wait->call == kAsking; })) {
        story.push_back(
            "But the server never slept. It asked again and again, as fast as "
            "it could, and nearly always heard \"not yet\": a core is busy "
            "with nothing.");
    } else if (!tasks.empty()) {
        story.push_back(fmt::format("The tasks waited, each for itself: {}.",
                                    where(timeline, tasks)));
        for (const Wait* wait : threads) {
            story.push_back(fmt::format("Their one thread slept in {}.",
                                        label(timeline, *wait)));
        }
    } else if (threads.size() > 1) {
        story.push_back(
            fmt::format("The threads did the waiting, each in "
                        "a call of its own: {}.",
                        where(timeline, threads)));
    } else if (threads.size() == 1) {
        story.push_back(fmt::format(
            "The server slept in {}, and whoever came first woke it.",
            label(timeline, *threads.front())));
    }
}

// Whose words came to whom, in the order in which they were said.
void tell_talk(const Timeline& timeline, std::vector<std::string>& story) {
    std::map<Moment, std::string> sentences;
    for (const Deed& said : timeline.deeds) {
        if (said.act != Act::say) continue;
        for (const Deed& heard : timeline.deeds) {
            if (heard.act == Act::hear && heard.lane != said.lane &&
                heard.text.ends_with(said.text)) {
                sentences[said.at] =
                    fmt::format("What {} said came to {} as \"{}\".",
                                timeline.lanes[said.lane].name,
                                timeline.lanes[heard.lane].name, heard.text);
            }
        }
    }
    for (const auto& [at, sentence] : sentences) {
        story.push_back(sentence);
    }
}

}  // namespace

std::span<const Stage> stages() {
    return kStages;
}

std::string heading(const Stage& stage, std::string_view separator) {
    return fmt::format("Stage {}{}{}: {}", stage.scene.stage[1], separator,
                       stage.name, stage.title);
}

const Stage* find_stage(std::string_view name) {
    auto found = std::ranges::find_if(kStages, [&](const Stage& stage) {
        std::string_view folder = stage.scene.stage;
        return name == folder || name == folder.substr(0, 2) ||
               name == folder.substr(1, 1) || name == folder.substr(3) ||
               name == stage.name;
    });
    if (found != kStages.end()) return &*found;
    auto figure = std::ranges::find_if(figures(), [&](const Stage& each) {
        std::string_view file = each.scene.figure;
        return name == file || name == file.substr(3);
    });
    return figure == figures().end() ? nullptr : &*figure;
}

std::vector<std::string> told(const Timeline& timeline) {
    std::vector<std::string> story;
    tell_talk(timeline, story);
    std::size_t before = story.size();
    tell_waits(timeline, story);
    if (story.size() == before) {
        story.push_back("Nobody waited for an answer.");
        tell_servers(timeline, story);
    }
    return story;
}

std::vector<std::string> told(const Stage& stage, const Timeline& timeline) {
    if (stage.told.empty()) return told(timeline);
    return {std::string(stage.told)};
}

Caption caption(const Stage& stage, const Timeline& timeline) {
    return {.title = heading(stage, " · "),
            .subtitle = std::string(stage.subtitle),
            .description =
                fmt::format("{}", fmt::join(told(stage, timeline), " "))};
}

}  // namespace tincan::tour
