#include "tests/contract/verdict.hpp"

#include "tests/contract/advice.hpp"

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

// Broken into lines, for the column that `add` puts it in.
std::string wrapped(std::string text) {
    constexpr std::size_t kWidth = 64;
    for (std::size_t start = 0; text.size() - start > kWidth;) {
        std::size_t blank = text.rfind(' ', start + kWidth);
        text[blank] = '\n';
        start = blank + 1;
    }
    return text;
}

// The end of what it said: a server may have said much before.
std::string last_lines(std::string said) {
    constexpr std::size_t kMost = 1000;
    said.resize(said.find_last_not_of('\n') + 1);
    if (said.size() > kMost) said = "..." + said.substr(said.size() - kMost);
    return said.empty() ? "(nothing)" : said;
}

Verdict broken(const Property& property, const Failure& failure,
               const Trial* trial) {
    std::string end;
    std::string err;
    if (trial) {
        // If it is dying, that is what happened.
        if (auto exit = trial->death(1s)) end = to_string(*exit);
        trial->server().process().end();  // and all that it said has come
        err = last_lines(trial->server().process().err());
    }
    Advice advice = advise(property, failure, end, err);
    std::string text;
    add(text, "likely", wrapped(advice.likely));
    add(text, "sent", failure.sent);
    add(text, "came", failure.came);
    add(text, "expected", failure.expected);
    if (!end.empty()) add(text, "server", end);
    if (trial) add(text, "stderr", err);
    add(text, "reread", advice.reread);
    if (!end.empty()) end += "; " + err.substr(err.rfind('\n') + 1);
    return {Verdict::Result::broken, text, end};
}

Kind kind_of(const Column& column, const Property& property) {
    auto has = [&](const Property& one) {
        return column.expects(one) != Expectation::no;
    };
    return {.has_it = has(property),
            .serial = !has(*find_property("second_client")),
            .idles = has(*find_property("idle"))};
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
            return {Verdict::Result::as_expected};
        }
        if (seen.holds) return {Verdict::Result::better};
        throw Failure(seen.sent, seen.came, seen.expected);
    } catch (const Failure& failure) {
        return broken(property, failure, trial ? &*trial : nullptr);
    } catch (const std::exception& error) {
        return broken(property, {"nothing", error.what(), property.claim},
                      trial ? &*trial : nullptr);
    }
}

}  // namespace tincan::contract
