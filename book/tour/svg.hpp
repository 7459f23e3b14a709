// Elements of an SVG file that look right on light and on dark pages.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace tincan::tour {

// The name of a colour, of which there is a light and a dark variant.
using Colour = std::string_view;

struct Paint {
    Colour fill = "";
    Colour stroke = "";
    std::string more = "";  // further attributes
};

enum class Anchor { start, middle, end };

struct Letters {
    Colour colour = "ink";
    double size = 13;
    Anchor anchor = Anchor::start;
    bool bold = false;
    bool mono = false;
};

// Widths that fonts do not exceed, so that a label never leaves its place.
double width_of(std::string_view text, const Letters& letters);

class Svg {
public:
    Svg(double width, std::string_view title, std::string_view description);

    void rectangle(double x, double y, double width, double height,
                   double radius, const Paint& paint);
    void circle(double x, double y, double radius, const Paint& paint);
    void path(std::string_view data, const Paint& paint);
    void text(double x, double y, std::string_view words,
              const Letters& letters = {});
    // A pattern or a marker, in front of all that uses it.
    void define(std::string_view before, std::string_view data,
                const Paint& paint, std::string_view after);

    // The whole file, with everything on a card so high.
    std::string text(double height);

private:
    std::string attributes(const Paint& paint);

    double width_;
    std::string title_, description_;
    std::string definitions_;
    std::string body_;
    std::set<std::pair<std::string, Colour>> used_;
};

std::string escaped(std::string_view text);

}  // namespace tincan::tour
