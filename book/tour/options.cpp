#include "book/tour/options.hpp"

#include "01-blocking/text.hpp"

#include <charconv>

namespace tincan::tour {

namespace {

int parse_width(const std::string& text) {
    int width = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), width);
    if (error != std::errc{} || end != text.data() + text.size() ||
        width < kNarrowest) {
        throw UsageError(
            fmt::format("--width wants a number, at least {}", kNarrowest));
    }
    return width;
}

const Stage* parse_stage(const std::string& name) {
    const Stage* stage = find_stage(name);
    if (stage != nullptr) return stage;
    std::string known;
    for (const Stage& each : stages()) {
        known += fmt::format(" {}", each.scene.stage);
    }
    known += "; and the figures";
    for (const Stage& each : figures()) {
        known += fmt::format(" {}", each.scene.figure);
    }
    throw UsageError(fmt::format("no stage is called {}; there are{}",
                                 printable(name), known));
}

}  // namespace

Options parse(const Arguments& arguments) {
    Options options;
    for (auto at = arguments.begin(); at != arguments.end(); ++at) {
        auto value = [&]() -> const std::string& {
            std::string option = *at;
            if (++at == arguments.end()) {
                throw UsageError(option + " wants a value");
            }
            return *at;
        };
        if (*at == "--help" || *at == "-h") {
            options.help = true;
            return options;
        }
        if (*at == "--svg") {
            options.svg = value();
        } else if (*at == "--timelines") {
            options.timelines = value();
        } else if (*at == "--all") {
            options.figures = true;
        } else if (*at == "--width") {
            options.width = parse_width(value());
        } else if (at->starts_with('-')) {
            throw UsageError(fmt::format("unknown option {}", printable(*at)));
        } else {
            options.stages.push_back(parse_stage(*at));
        }
    }
    if (!options.stages.empty()) return options;
    for (const Stage& stage : stages())
        options.stages.push_back(&stage);
    if (options.figures || options.svg || options.timelines) {
        for (const Stage& figure : figures())
            options.stages.push_back(&figure);
    }
    return options;
}

}  // namespace tincan::tour
