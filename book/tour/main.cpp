// The tour: plays the story of the book on the real servers, and draws who
// waited for whom.
//
//   $ tour                 all stages; at a terminal, Enter goes on
//   $ tour 1 threads       two of them
//   $ tour --all           the figures of the chapters on stage 6, too
//   $ tour --svg DIR       the figures of the book instead
//
// The servers are looked for where this was built, or in TINCAN_BUILD_DIR.

#include "01-blocking/program.hpp"
#include "01-blocking/text.hpp"
#include "book/tour/draw_svg.hpp"
#include "book/tour/draw_text.hpp"
#include "book/tour/options.hpp"
#include "book/tour/scenario.hpp"
#include "book/tour/story.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace tincan::tour {

namespace {

constexpr std::string_view kHelp =
    R"(usage: tour [--all] [--width COLUMNS] [--svg DIR] [--timelines DIR]
            [STAGE...]

Runs the servers of the book, lets Ann and Bob talk to them, and draws who
waited for whom. A STAGE is 1, 01, 01-blocking or blocking; without any, all
are shown. Stage 6 has more figures, such as 06-sleepers or sleepers.

  --all             shows those, too
  --width COLUMNS   of the drawings, at least 80; else as wide as the terminal
  --svg DIR         writes the drawings as DIR/01-blocking.svg and so on
  --timelines DIR   writes what happened as DIR/01-blocking.txt and so on
)";

constexpr std::string_view kEnd =
    "That was the tour. Now talk yourself: ./tincan chat Ann in this terminal, "
    "./tincan chat Bob in another one.";

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

TextStyle style_for_stdout(const Options& options) {
    TextStyle style;
    std::setlocale(LC_CTYPE, "");
    style.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
    const char* terminal = std::getenv("TERM");
    style.colour = ::isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") &&
                   terminal != nullptr && std::string_view(terminal) != "dumb";
    winsize size{};
    if (options.width) {
        style.width = *options.width;
    } else if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        style.width = std::max<int>(size.ws_col, kNarrowest);
        if (size.ws_col > 0 && size.ws_col < kNarrowest) {
            print_line(
                "(The drawings need a terminal of {} columns; this "
                "one has {}.)",
                kNarrowest, size.ws_col);
        }
    }
    return style;
}

Programs programs() {
    const char* elsewhere = std::getenv("TINCAN_BUILD_DIR");
    std::filesystem::path build =
        elsewhere != nullptr ? elsewhere : TINCAN_BUILD_DIR;
    return {.build = build,
            .recorder = build / "book/tour/libtour_recorder.so"};
}

std::string bold(std::string_view text, const TextStyle& style) {
    return style.colour ? fmt::format("\x1b[1m{}\x1b[0m", text)
                        : std::string(text);
}

void print_wrapped(std::string_view words) {
    std::istringstream in{std::string(words)};
    std::string line;
    for (std::string word; in >> word;) {
        if (!line.empty() && line.size() + 1 + word.size() > kNarrowest) {
            print_line("{}", line);
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    print_line("{}", line);
}

// While nothing else is to be seen, so that nobody thinks it hangs.
Timeline play_visibly(const Stage& stage) {
    static constexpr std::string_view kPlaying = "(it is playing ...)";
    bool seen = ::isatty(STDOUT_FILENO) == 1;
    if (seen) {
        fmt::print("{}", kPlaying);
        std::fflush(stdout);
    }
    Timeline timeline = play(stage.scene, programs());
    if (seen) fmt::print("\r{:{}}\r", "", kPlaying.size());
    return timeline;
}

void show(const Stage& stage, const TextStyle& style) {
    print_line("{}", bold(heading(stage), style));
    print_wrapped(stage.subtitle);
    print_line("");
    Timeline timeline = play_visibly(stage);
    print_line("{}", draw_text(timeline, style));
    for (const std::string& sentence : told(stage, timeline)) {
        print_wrapped(sentence);
    }
    if (!stage.next.empty()) print_line("\n{}", stage.next);
}

// False if the user has had enough.
bool wants_more() {
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
        return true;
    }
    fmt::print("\n[Enter for the next stage, q to end] ");
    std::fflush(stdout);
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        print_line("");
        return false;
    }
    return answer != "q" && answer != "Q";
}

void show_all(const Options& options) {
    TextStyle style = style_for_stdout(options);
    std::string_view people;
    for (const Stage* stage : options.stages) {
        if (stage != options.stages.front() && !wants_more()) return;
        if (stage != options.stages.front()) print_line("");
        if (people != stage->people) {
            people = stage->people;
            print_wrapped(people);
            print_line("");
        }
        show(*stage, style);
    }
    print_line("");
    print_wrapped(kEnd);
}

void write_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    file.close();
    if (!file) {
        throw std::system_error(errno, std::generic_category(), path.string());
    }
    print_line("{}", printable(path.string()));
}

void write_all(const Options& options) {
    for (const Stage* stage : options.stages) {
        Timeline timeline = play(stage->scene, programs());
        std::string name(stage->scene.name());
        if (options.svg) {
            write_file(*options.svg / (name + ".svg"),
                       draw_svg(timeline, caption(*stage, timeline)));
        }
        if (options.timelines) {
            std::ostringstream out;
            write(out, timeline);
            write_file(*options.timelines / (name + ".txt"), out.str());
        }
    }
}

void run(const Arguments& arguments) {
    Options options = parse(arguments);
    if (options.help) {
        fmt::print("{}", kHelp);
    } else if (options.svg || options.timelines) {
        write_all(options);
    } else {
        show_all(options);
    }
}

}  // namespace

}  // namespace tincan::tour

int main(int argc, char** argv) {
    try {
        tincan::tour::run(tincan::Arguments(argv + 1, argv + argc));
        return 0;
    } catch (const tincan::UsageError& error) {
        fmt::print(stderr, "tour: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "tour: {}\n", error.what());
        return 1;
    }
}
