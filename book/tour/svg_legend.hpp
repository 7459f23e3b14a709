// The legend under a figure: signs and what they mean, in as many rows as it
// takes.
#pragma once

#include "book/tour/svg.hpp"

#include <fmt/core.h>

#include <string_view>

namespace tincan::tour {

class SvgLegend {
public:
    // From `left` to `right`; `y` is the first row's base line.
    SvgLegend(Svg& svg, double left, double right, double y)
        : svg_(svg), left_(left), right_(right), x_(left), y_(y) {}

    void add_words(std::string_view words) { place(0, words); }
    void add_bar(const Paint& paint, std::string_view words) {
        double x = place(26, words);
        svg_.rectangle(x, y_ - 10, 20, 12, 3, paint);
    }
    void add_arrow(const Paint& paint, std::string_view words) {
        double x = place(31, words);
        svg_.path(fmt::format("M{:.1f} {}h24", x, y_ - 4), paint);
    }

    // The last row's base line.
    double bottom() const { return y_; }

private:
    // Writes `words`; returns where their sign stands, `size` wide.
    double place(double size, std::string_view words) {
        static constexpr Letters kLetters{.colour = "muted", .size = 12};
        size += width_of(words, kLetters);
        if (x_ + size > right_) {
            x_ = left_;
            y_ += 22;
        }
        double sign = x_;
        x_ += size;
        svg_.text(x_ - width_of(words, kLetters), y_, words, kLetters);
        x_ += 18;
        return sign;
    }

    Svg& svg_;
    double left_, right_;
    double x_, y_;  // of the next entry
};

}  // namespace tincan::tour
