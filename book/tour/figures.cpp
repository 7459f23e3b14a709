// Pictures of single programs of stage 6, for its chapters.
#include "book/tour/story.hpp"

#include <array>

namespace tincan::tour {

namespace {

constexpr std::string_view kStage = "06-coroutines";
constexpr std::string_view kPeople =
    "Programs of stage 6, each run just now, with a record of what its tasks "
    "wait for.";

// When a sleep ends: three at once, then one after the other.
constexpr std::array<Step, 6> kSleeps = {{
    {2, "", Act::tick},
    {4, "", Act::tick},
    {6, "", Act::tick},
    {8, "", Act::tick},
    {14, "", Act::tick},
    {18, "", Act::tick},
}};
constexpr std::array<NamedTask, 6> kSleepers = {{
    {"task-2", "sleeper 1"},
    {"task-3", "sleeper 3"},
    {"task-4", "sleeper 2"},
    {"task-5", "blocking 1"},
    {"task-6", "blocking 3"},
    {"task-7", "blocking 2"},
}};

constexpr std::array<Step, 2> kInterrupt = {{
    {3, "", Act::signal, "SIGINT"}, {4, "", Act::tick},  // tidy has cleaned up
}};
constexpr std::array<NamedTask, 4> kCancelled = {{
    {"main", "main"},
    {"delay", "delay"},
    {"friend", "friend"},
    {"tidy", "tidy"},
}};

// Two seconds are ten beats.
constexpr std::array<Step, 8> kGraceful = {{
    {1, "Ann", Act::connect},
    {2, "Bob", Act::connect},
    {3, "Cid", Act::connect},
    {4, "Bob", Act::pour, "only sends"},
    {5, "Cid", Act::pour, "only sends"},
    {8, "", Act::signal, "SIGTERM"},
    {13, "Bob", Act::read, "reads"},
    {18, "", Act::tick},
}};
constexpr std::array<NamedTask, 1> kMain = {{{"main", "main"}}};

// A second is four beats.
constexpr std::array<Step, 5> kTyped = {{
    {1, "keyboard", Act::key, "2"},
    {2, "keyboard", Act::key, "1"},
    {6, "", Act::tick},
    {9, "", Act::tick},
    {12, "keyboard", Act::key, "Ctrl-D"},
}};
constexpr std::array<NamedTask, 3> kDelays = {{
    {"main", "take_delays"},
    {"task-2", "delay 2"},
    {"task-3", "delay 1"},
}};

constexpr std::array<Stage, 5> kFigures = {{
    {.scene = {.stage = kStage,
               .program = "sleepers",
               .steps = kSleeps,
               .beats = 20,
               .argument = "200",
               .tasks = kSleepers,
               .figure = "06-sleepers"},
     .name = "sleepers",
     .title = "a wait that the loop knows of, and one that it doesn't",
     .subtitle = "Three sleeps of 1, 3 and 2 \"seconds\" of 0.2 s: first with "
                 "co_await sleep, then with sleep_for.",
     .next = "",
     .people = kPeople,
     .told = "Three sleep side by side, while the thread sleeps in epoll_wait "
             "until the first is due. Those that hold the thread come one "
             "after the other."},
    {.scene = {.stage = kStage,
               .program = "cancel_on_signal",
               .steps = kInterrupt,
               .beats = 6,
               .argument = "",
               .tasks = kCancelled,
               .figure = "06-cancel"},
     .name = "cancel_on_signal",
     .title = "Ctrl-C reaches everybody where they wait",
     .subtitle = "All four tasks are cancelled in one moment; how long each "
                 "takes to end is its own affair.",
     .next = "",
     .people = kPeople,
     .told = "At the signal each task finds a CancelledError at its co_await. "
             "Two end at once. tidy still sleeps for 0.1 s, to clean up, and "
             "main waits for the others."},
    {.scene = {.stage = kStage,
               .program = "echo_server",
               .steps = kGraceful,
               .beats = 20,
               .milliseconds = 200,
               .tasks = kMain,
               .figure = "06-graceful"},
     .name = "echo_server",
     .title = "an end in good order, in two seconds for all",
     .subtitle = "Who has all of a reply is let go; who takes it late gets it; "
                 "who never reads is cut off.",
     .next = "",
     .people = kPeople,
     .told = "At the signal the server stops accepting and reading. Ann, who "
             "waits for nothing, sees the end at once. Bob reads a second "
             "later, and gets all. Cid never reads, and is cut off after two "
             "seconds: the deadline is one for all."},
    {.scene = {.stage = kStage,
               .program = "delay_blocking",
               .steps = kTyped,
               .beats = 13,
               .milliseconds = 250,
               .argument = "",
               .tasks = kDelays,
               .figure = "06-keyboard-blocking"},
     .name = "delay_blocking",
     .title = "one getline, and nothing begins",
     .subtitle =
         "The only thread waits for the keyboard, where the loop doesn't "
         "see it.",
     .next = "",
     .people = kPeople,
     .told = "Both delays are ready from the moment they were asked for, and "
             "never begin: the thread is in getline until the end of the "
             "input."},
    {.scene = {.stage = kStage,
               .program = "delay_blocking",
               .steps = kTyped,
               .beats = 13,
               .milliseconds = 250,
               .argument = "thread",
               .tasks = kDelays,
               .figure = "06-keyboard-thread"},
     .name = "delay_blocking thread",
     .title = "another thread waits in getline",
     .subtitle = "The same keys, and to_thread around the call that waits.",
     .next = "",
     .people = kPeople,
     .told = "The getline stands in a lane of its own, and the thread of the "
             "tasks is free: both delays begin at once, and the shorter one "
             "ends first."},
}};

}  // namespace

std::span<const Stage> figures() {
    return kFigures;
}

}  // namespace tincan::tour
