#include "07-chat/message.hpp"

#include "07-chat/palette.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tincan::chat {

namespace {

constexpr int kTimeColumns = 6;  // "14:05 "
constexpr int kWideEnough = 40;

// The bytes of the text from `begin` to `end`, in one piece or cut in up to
// three by the name.
Row spans_of(const Message& message, std::size_t begin, std::size_t end) {
    std::size_t name = std::clamp(message.name_at, begin, end);
    std::size_t name_end =
        std::clamp(message.name_at + message.name_size, begin, end);
    std::string_view text(message.text);
    std::uint32_t colour =
        colour_number(text.substr(message.name_at, message.name_size));
    Row row;
    auto add = [&](std::size_t from, std::size_t to, Tone tone) {
        if (from == to) return;
        row.push_back({std::string(text.substr(from, to - from)), tone,
                       tone == Tone::name ? colour : 0});
    };
    add(begin, name, message.tone);
    add(name, name_end, Tone::name);
    add(name_end, end, message.tone);
    return row;
}

}  // namespace

std::vector<Row> rows_of(const Message& message, int columns) {
    int margin = columns < kWideEnough ? 0 : kTimeColumns;
    std::vector<Row> rows;
    std::size_t begin = 0;
    for (std::string_view part : wrap(message.text, columns - margin)) {
        // Without the space that hangs over the edge.
        std::size_t size = fitting(part, columns - margin).size();
        Row row = spans_of(message, begin, begin + size);
        if (margin > 0) {
            std::string time = rows.empty() ? message.time : "";
            time.resize(kTimeColumns, ' ');
            row.insert(row.begin(), Span{std::move(time), Tone::quiet});
        }
        rows.push_back(std::move(row));
        begin += part.size();
    }
    return rows;
}

}  // namespace tincan::chat
