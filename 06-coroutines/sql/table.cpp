#include "06-coroutines/sql/table.hpp"

#include "01-blocking/text.hpp"

#include <algorithm>
#include <cwchar>
#include <stdexcept>
#include <utility>

namespace tincan::sql {

namespace {

std::string_view without_blanks_behind(std::string_view line) {
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        int width = ::wcwidth(static_cast<wchar_t>(point.value));
        columns += static_cast<std::size_t>(std::max(width, 0));
        text.remove_prefix(std::max<std::size_t>(point.size, 1));
    }
    return columns;
}

std::string_view beginning_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continues_character(text[most]))
        --most;
    return text.substr(0, most);
}

Table::Table(std::vector<Heading> headings, std::size_t most) : most_(most) {
    for (const Heading& heading : headings) {
        numbers_.push_back(heading.number);
        names_.push_back(printable(heading.name));
    }
    longest_.resize(names_.size());
}

void Table::add(const std::vector<Cell>& row) {
    if (row.size() != names_.size()) {
        throw std::invalid_argument("a row does not fit its table");
    }
    ++rows_;
    if (full_) return;
    Row cells;
    std::vector<std::size_t> longest;
    std::size_t bytes = sizeof(Row);  // of each row, with this one
    for (const Cell& cell : row) {
        std::size_t i = cells.size();
        std::string_view shown = beginning_of(cell.value_or("NULL"), most_);
        cells.push_back(printable(shown));
        if (cell && shown.size() < cell->size()) cells.back() += "…";
        longest.push_back(std::max(longest_[i], cells[i].size()));
        bytes += longest[i] + sizeof(std::string);
    }
    full_ = !cells_.empty() && bytes * (cells_.size() + 1) > most_;
    if (full_) return;
    longest_ = std::move(longest);
    cells_.push_back(std::move(cells));
}

std::string Table::str() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        std::size_t width = columns_of(names_[i]);
        for (const auto& row : cells_)
            width = std::max(width, columns_of(row[i]));
        widths.push_back(width);
    }

    std::string text;
    auto add_line = [&](const Row& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            std::string padding(widths[i] - columns_of(cells[i]), ' ');
            line += i == 0 ? " " : " | ";
            line += numbers_[i] ? padding + cells[i] : cells[i] + padding;
        }
        text += without_blanks_behind(line);
        text += '\n';
    };
    add_line(names_);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (i > 0) text += '+';
        text.append(widths[i] + 2, '-');
    }
    text += '\n';
    for (const auto& row : cells_)
        add_line(row);
    return text;
}

}  // namespace tincan::sql
