// Rows as people like to read them: under each other, in columns.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::sql {

// How many columns of a terminal `text` takes: 麦茶 takes 4, an accent on the
// letter before it none. wcwidth(3), so the locale must be one of UTF-8; what
// has been through printable() has no control characters.
std::size_t columns_of(std::string_view text);

// At most `most` bytes of `text`, and no half of a character.
std::string_view beginning_of(std::string_view text, std::size_t most);

struct Heading {
    std::string name;
    bool number = false;  // numbers stand on the right of their column
};

// One cell as it came from the server; none: NULL.
using Cell = std::optional<std::string_view>;

// Counts all rows, and keeps the first ones to print: who asks for everything
// in a big table gets its beginning and its size, and we keep our memory.
class Table {
public:
    // Keeps rows until they have `most` bytes, with all that makes the narrow
    // ones as wide as the widest; and so much of a single cell.
    explicit Table(std::vector<Heading> headings, std::size_t most = 1 << 20);

    // A row has a cell under each heading.
    void add(const std::vector<Cell>& row);

    std::size_t rows() const { return rows_; }
    // How many of them str() shows.
    std::size_t kept() const { return cells_.size(); }

    // Several lines, each with its LF. Whatever is no text is spelled out.
    std::string str() const;

private:
    using Row = std::vector<std::string>;

    std::size_t most_;
    std::vector<bool> numbers_;  // by column
    Row names_;
    std::vector<std::size_t> longest_;  // bytes of a cell of the rows kept
    std::vector<Row> cells_;            // of those
    bool full_ = false;
    std::size_t rows_ = 0;
};

}  // namespace tincan::sql
