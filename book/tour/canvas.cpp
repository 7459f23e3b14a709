#include "book/tour/canvas.hpp"

#include <algorithm>

namespace tincan::tour {

namespace {

// Black on a colour is legible on dark and on light terminals.
std::string_view escape(Ink ink) {
    switch (ink) {
        case Ink::strong:
            return "\x1b[1m";
        case Ink::faint:
            return "\x1b[2m";
        case Ink::running:
            return "\x1b[32m";
        case Ink::accepting:
            return "\x1b[30;46m";
        case Ink::receiving:
            return "\x1b[30;43m";
        case Ink::watching:
            return "\x1b[30;45m";
        case Ink::asking:
            return "\x1b[7m";
        case Ink::waiting:
            return "\x1b[1;97;41m";
        case Ink::other:
            return "\x1b[30;47m";
        default:
            return "";
    }
}

}  // namespace

int Canvas::add_row() {
    rows_.emplace_back(static_cast<std::size_t>(style_.width));
    return static_cast<int>(rows_.size()) - 1;
}

void Canvas::put(int row, int column, const char* utf8, char ascii, Ink ink) {
    if (column < 0 || column >= style_.width) return;
    Cell& cell =
        rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    cell.glyph = style_.utf8 ? std::string(utf8) : std::string(1, ascii);
    cell.ink = ink;
}

void Canvas::write(int row, int column, std::string_view ascii, Ink ink) {
    for (char c : ascii) {
        put(row, column++, std::string(1, c).c_str(), c, ink);
    }
}

bool Canvas::is_free(int row, int column) const {
    if (column < 0 || column >= style_.width) return false;
    const Cell& cell =
        rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    return cell.glyph == " " && cell.ink == Ink::plain;
}

bool Canvas::has_room(int row, int column, int size) const {
    if (column < 0 || column + size > style_.width) return false;
    for (int at = column - 1; at <= column + size; ++at) {
        bool inside = at >= 0 && at < style_.width;
        if (inside && !is_free(row, at)) return false;
    }
    return true;
}

std::string Canvas::text() const {
    std::string result;
    for (const std::vector<Cell>& row : rows_) {
        auto last = std::ranges::find_if(
            row.rbegin(), row.rend(),
            [](const Cell& cell) { return cell.glyph != " "; });
        Ink ink = Ink::plain;
        auto change_to = [&](Ink next) {
            if (!style_.colour || next == ink) return;
            if (ink != Ink::plain) result += "\x1b[0m";
            result += escape(next);
            ink = next;
        };
        for (auto cell = row.begin(); cell != last.base(); ++cell) {
            change_to(cell->ink);
            result += cell->glyph;
        }
        change_to(Ink::plain);
        result += '\n';
    }
    return result;
}

}  // namespace tincan::tour
