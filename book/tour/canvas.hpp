// Rows and columns of characters, each in a colour, for drawing on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tincan::tour {

// What a character stands for; a terminal with colours shows it by one.
enum class Ink {
    plain,
    strong,
    faint,
    running,
    accepting,
    receiving,
    watching,
    asking,
    waiting,
    other
};

struct TextStyle {
    int width = 80;
    bool utf8 = false;
    bool colour = false;
};

class Canvas {
public:
    explicit Canvas(const TextStyle& style) : style_(style) {}

    // A new empty row at the bottom.
    int add_row();
    int rows() const { return static_cast<int>(rows_.size()); }

    // One character, of which the second one is for terminals without UTF-8.
    // Outside of the canvas nothing is drawn.
    void put(int row, int column, const char* utf8, char ascii,
             Ink ink = Ink::plain);
    void write(int row, int column, std::string_view ascii,
               Ink ink = Ink::plain);
    // Nothing is drawn there, not even a space in a colour.
    bool is_free(int row, int column) const;
    // True if `size` characters and one to either side are.
    bool has_room(int row, int column, int size) const;

    std::string text() const;

private:
    struct Cell {
        std::string glyph = " ";
        Ink ink = Ink::plain;
    };

    TextStyle style_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace tincan::tour
