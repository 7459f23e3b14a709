#include "tests/contract/results.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace tincan::contract {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTitleWidth = 26;

fs::path build_directory() {
    return TINCAN_BUILD_DIR;
}

fs::path file_of(const Column& column, const Property& property) {
    return build_directory() / "contract-results" / column.name / property.id;
}

// "?" if there is none, or if it is older than the server.
std::string result(const Column& column, const Property& property) {
    fs::path file = file_of(column, property);
    std::error_code missing;
    auto found = fs::last_write_time(file, missing);
    if (missing) return "?";
    auto built =
        fs::last_write_time(build_directory() / column.command[0], missing);
    if (missing || found < built) return "?";
    std::string word;
    std::ifstream(file) >> word;
    return word;
}

std::size_t width(const Column& column) {
    std::string variant =
        column.name.substr(std::min<std::size_t>(column.name.size(), 3));
    return std::max<std::size_t>(3, variant.size()) + 1;
}

// Some columns side by side.
using Part = std::span<const Column>;

// The columns in parts that fit a terminal; no stage is torn apart.
std::vector<Part> parts() {
    constexpr std::size_t kTerminal = 80;
    std::vector<Part> all;
    Part rest = columns();
    std::size_t used = kTerminal;
    while (!rest.empty()) {
        auto end = std::ranges::find_if(rest, [&](const Column& column) {
            return column.stage() != rest.front().stage();
        });
        std::size_t wanted = 0;
        for (const Column& column : Part(rest.begin(), end))
            wanted += width(column);
        if (used + wanted > kTerminal) {
            all.emplace_back(rest.begin(), end);
            used = kTitleWidth;
        } else {
            all.back() = Part(all.back().begin(), end);
        }
        used += wanted;
        rest = Part(end, rest.end());
    }
    return all;
}

void print_row(std::string row) {
    row.resize(row.find_last_not_of(' ') + 1);
    fmt::print("{}\n", row);
}

void print_headings(Part part) {
    std::string numbers(kTitleWidth, ' ');
    std::string variants(kTitleWidth, ' ');
    for (const Column& column : part) {
        std::string name = column.name + "   ";
        numbers += fmt::format("{:<{}}", name.substr(0, 2), width(column));
        std::string variant =
            column.name.size() > 3 ? column.name.substr(3) : "";
        variants += fmt::format("{:<{}}", variant, width(column));
    }
    print_row(numbers);
    print_row(variants);
}

// What was found of one property, for one server.
std::string cell(const Column& column, const Property& property) {
    return column.expects(property) == Expectation::unasked
               ? "-"
               : result(column, property);
}

}  // namespace

void forget(const Column& column, const Property& property) {
    fs::remove(file_of(column, property));
}

void record(const Column& column, const Property& property,
            std::string_view word) {
    fs::path file = file_of(column, property);
    fs::create_directories(file.parent_path());
    std::ofstream(file) << word << '\n';
}

bool print_table() {
    bool complete = true;
    bool starred = false;
    for (Part part : parts()) {
        print_headings(part);
        for (const Property& property : properties()) {
            std::string row =
                fmt::format("{:<{}}", property.title, kTitleWidth);
            for (const Column& column : part) {
                std::string word = cell(column, property);
                complete = complete && word != "?" && word != "FAIL";
                starred = starred || word.ends_with('*');
                row += fmt::format("{:<{}}", word, width(column));
            }
            print_row(row);
        }
        fmt::print("\n");
    }
    fmt::print(
        "no: a lesson of the book, proven   -: not asked   ?: not run\n");
    if (starred) fmt::print("*: memory not judged under sanitizers\n");
    return complete;
}

}  // namespace tincan::contract
