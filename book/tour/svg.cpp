#include "book/tour/svg.hpp"

#include "01-blocking/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tincan::tour {

namespace {

constexpr std::string_view kSans =
    "system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
constexpr std::string_view kMono =
    "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";

struct Shade {
    Colour name;
    std::string_view light;
    std::string_view dark;
};

constexpr std::array<Shade, 15> kPalette = {{
    {"ink", "#1f2430", "#e6e9ef"},
    {"muted", "#5b6577", "#a3adbd"},
    {"card", "#ffffff", "#171b22"},
    {"lane", "#f5f6f8", "#20252e"},
    {"grid", "#e4e7ec", "#2f3642"},
    {"line", "#98a2b3", "#69748a"},
    {"arrow", "#344054", "#cfd6e4"},
    {"run", "#15924b", "#3ddc84"},
    {"wait", "#c81e2c", "#ff8a8d"},
    {"waitback", "#fde3e3", "#4a2427"},
    {"accept", "#1f5fcf", "#7aa8ff"},
    {"recv", "#8a5000", "#f0ad3d"},
    {"watch", "#6d3fc8", "#b9a0ff"},
    {"ask", "#b0246e", "#ff8fc6"},
    {"queue", "#b34700", "#ff9d57"},
}};

const Shade& shade(Colour name) {
    return *std::ranges::find(kPalette, name, &Shade::name);
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

double width_of(std::string_view text, const Letters& letters) {
    double characters = 0;
    while (!text.empty()) {
        text.remove_prefix(std::max(decode_utf8(text).size, std::size_t{1}));
        ++characters;
    }
    double each = letters.mono ? 0.605 : letters.bold ? 0.61 : 0.56;
    return characters * each * letters.size;
}

Svg::Svg(double width, std::string_view title, std::string_view description)
    : width_(width),
      title_(escaped(title)),
      description_(escaped(description)) {}

std::string Svg::attributes(const Paint& paint) {
    std::string classes, result;
    auto add = [&](std::string_view attribute, Colour colour) {
        if (colour.empty()) return;
        used_.emplace(attribute, colour);
        classes += fmt::format("{}{}-{}", classes.empty() ? "" : " ",
                               attribute.substr(0, 1), colour);
        result += fmt::format(" {}=\"{}\"", attribute, shade(colour).light);
    };
    add("fill", paint.fill);
    add("stroke", paint.stroke);
    if (!classes.empty()) result += fmt::format(" class=\"{}\"", classes);
    if (!paint.more.empty()) result += ' ' + paint.more;
    return result;
}

void Svg::rectangle(double x, double y, double width, double height,
                    double radius, const Paint& paint) {
    fmt::format_to(std::back_inserter(body_),
                   "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                   "height=\"{:.1f}\" rx=\"{}\"{}/>\n",
                   x, y, width, height, radius, attributes(paint));
}

void Svg::circle(double x, double y, double radius, const Paint& paint) {
    fmt::format_to(std::back_inserter(body_),
                   "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"{}/>\n", x, y,
                   radius, attributes(paint));
}

void Svg::path(std::string_view data, const Paint& paint) {
    fmt::format_to(std::back_inserter(body_), "<path d=\"{}\"{}/>\n", data,
                   attributes(paint));
}

void Svg::text(double x, double y, std::string_view words,
               const Letters& letters) {
    if (words.empty()) return;
    constexpr std::array kAnchors = {"start", "middle", "end"};
    std::string more =
        fmt::format("font-size=\"{}\" text-anchor=\"{}\"{}", letters.size,
                    kAnchors[static_cast<std::size_t>(letters.anchor)],
                    letters.bold ? " font-weight=\"700\"" : "");
    if (letters.mono) more += fmt::format(" font-family=\"{}\"", kMono);
    fmt::format_to(std::back_inserter(body_),
                   "<text x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", x, y,
                   attributes({.fill = letters.colour, .more = more}),
                   escaped(words));
}

void Svg::define(std::string_view before, std::string_view data,
                 const Paint& paint, std::string_view after) {
    fmt::format_to(std::back_inserter(definitions_), "{}<path d=\"{}\"{}/>{}\n",
                   before, data, attributes(paint), after);
}

std::string Svg::text(double height) {
    std::string card = attributes({.fill = "card"});
    std::string dark;
    for (const auto& [attribute, colour] : used_) {
        fmt::format_to(std::back_inserter(dark), ".tour .{}-{}{{{}:{}}}\n",
                       attribute.substr(0, 1), colour, attribute,
                       shade(colour).dark);
    }
    return fmt::format(
        "<svg class=\"tour\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 "
        "0 {0} {1}\" "
        "width=\"{0}\" height=\"{1}\" role=\"img\" "
        "aria-labelledby=\"title description\" font-family=\"{2}\" "
        "font-size=\"13\">\n<title id=\"title\">{3}</title>\n"
        "<desc id=\"description\">{4}</desc>\n"
        "<style>@media (prefers-color-scheme:dark){{\n{5}}}</style>\n"
        "<defs>\n{6}</defs>\n"
        "<rect width=\"{0}\" height=\"{1}\" rx=\"10\"{7}/>\n{8}</svg>\n",
        width_, height, kSans, title_, description_, dark, definitions_, card,
        body_);
}

}  // namespace tincan::tour
