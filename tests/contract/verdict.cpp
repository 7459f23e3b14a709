#include "tests/contract/verdict.hpp"

#include <fmt/core.h>

#include <optional>

namespace tincan::contract {

using namespace std::chrono_literals;
using test::Deadline;
using test::Failure;

namespace {

void add(std::string& text, std::string_view word, std::string_view what) {
    text += fmt::format("      {:<10}", word);
    // What goes on in further lines stays in its column.
    for (char c : what) {
        text += c;
        if (c == '\n') text += std::string(16, ' ');
    }
    text += '\n';
}

// The end of what it said: a server may have said much before.
std::string last_lines(std::string said) {
    constexpr std::size_t kMost = 1000;
    said.resize(said.find_last_not_of('\n') + 1);
    if (said.size() > kMost) said = "..." + said.substr(said.size() - kMost);
    return said.empty() ? "(nothing)" : said;
}

std::string tell(const Property& property, const Failure& failure,
                 const Trial* trial) {
    std::string text;
    add(text, "sent", failure.sent);
    add(text, "came", failure.came);
    add(text, "expected", failure.expected);
    if (trial) {
        test::Process& process = trial->server().process();
        // If it is dying, that is what happened.
        if (auto exit = process.wait_exit(Deadline(100ms))) {
            add(text, "server", to_string(*exit));
        }
        process.end();  // and all that it said has come
        add(text, "stderr", last_lines(process.err()));
    }
    add(text, "reread", fmt::format("book/{}.md", property.chapter));
    return text;
}

Kind kind_of(const Column& column, const Property& property) {
    auto has = [&](std::string_view id) {
        return column.expects(*find_property(id)) != Expectation::no;
    };
    return {.has_it = has(property.id),
            .serial = !has("second_client"),
            .idles = has("idle")};
}

}  // namespace

Verdict judge(const Subject& subject, const Column& column,
              const Property& property) {
    Kind kind = kind_of(column, property);
    std::optional<Trial> trial;
    try {
        trial.emplace(subject, kind);
        Observation seen = column.observe(property, *trial);
        if (seen.holds == kind.has_it) {
            return {Verdict::Result::as_expected, ""};
        }
        if (seen.holds) return {Verdict::Result::better, ""};
        throw Failure(seen.sent, seen.came, seen.expected);
    } catch (const Failure& failure) {
        return {Verdict::Result::broken,
                tell(property, failure, trial ? &*trial : nullptr)};
    } catch (const std::exception& error) {
        return {Verdict::Result::broken,
                tell(property, {"nothing", error.what(), property.claim},
                     trial ? &*trial : nullptr)};
    }
}

}  // namespace tincan::contract
