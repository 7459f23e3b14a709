#include "book/tour/draw_svg.hpp"

#include "book/tour/marks.hpp"
#include "book/tour/picture.hpp"
#include "book/tour/svg.hpp"
#include "book/tour/svg_legend.hpp"
#include "book/tour/svg_paints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace tincan::tour {

namespace {

constexpr double kWidth = 940;
constexpr double kLeft = 122;  // where time begins; names stand before it
constexpr double kRight = 30;
constexpr double kTop = 70;
constexpr double kSignalHeight = 12;
constexpr double kPersonHeight = 62;
constexpr double kServerHeight = 50;
constexpr double kQueueHeight = 22;
constexpr double kNewsHeight = 18;
constexpr double kBar = 24;  // how high bars are
constexpr double kGap = 4;   // between lanes

class Figure {
public:
    Figure(const Timeline& timeline, const Caption& caption)
        : timeline_(timeline),
          marks_(timeline),
          svg_(kWidth, caption.title, caption.description) {
        lay_out();
        define_patterns();
        svg_.text(20, 30, caption.title, {.size = 17, .bold = true});
        svg_.text(20, 50, caption.subtitle, {.colour = "muted"});
        draw_lanes();
        draw_signals();
        for (std::size_t lane = 0; lane < timeline.lanes.size(); ++lane) {
            if (is_person(lane)) {
                draw_person(lane);
            } else {
                draw_server(lane);
            }
        }
        for (const Arrow& arrow : timeline.arrows) {
            draw_arrow(arrow);
        }
        draw_legend();
    }

    std::string text() { return svg_.text(height_); }

private:
    struct Row {
        double top;
        double height;
        double y;  // of the line or the bars
    };

    bool is_person(std::size_t lane) const {
        return timeline_.lanes[lane].kind == LaneKind::person;
    }
    bool is_task(std::size_t lane) const {
        return timeline_.lanes[lane].kind == LaneKind::task;
    }

    void lay_out() {
        if (!timeline_.signals.empty()) top_ += kSignalHeight;
        double top = top_;
        for (std::size_t lane = 0; lane < timeline_.lanes.size(); ++lane) {
            double height = kServerHeight, y = height / 2;
            if (is_person(lane)) {
                double queue = queued(timeline_, lane) ? kQueueHeight : 0;
                double heard = news(timeline_, lane).empty() ? 0 : kNewsHeight;
                height = kPersonHeight + queue + heard;
                y = lane == 0 ? heard + 37 : queue + 25;
            }
            rows_.push_back({top, height, top + y});
            top += height + kGap;
        }
        bottom_ = top;
    }

    double per_beat() const {
        return (kWidth - kLeft - kRight) / timeline_.beats;
    }
    double x(Moment moment) const {
        double step = std::min(
            10.0, per_beat() * 0.45 / std::max(marks_.count(moment), 1));
        return kLeft + moment.beat * per_beat() + marks_.place(moment) * step;
    }

    void define_patterns() {
        svg_.define(
            "<marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7.2\" refY=\"4\" "
            "markerWidth=\"7\" markerHeight=\"7\" "
            "orient=\"auto-start-reverse\">",
            "M0 .6 8 4 0 7.4z", {.fill = "arrow"}, "</marker>");
        svg_.define(
            "<pattern id=\"waits\" width=\"7\" height=\"7\" "
            "patternUnits=\"userSpaceOnUse\" "
            "patternTransform=\"rotate(45)\">",
            "M1 0V7",
            {.stroke = "wait",
             .more = "stroke-width=\"2\" "
                     "stroke-opacity=\".55\""},
            "</pattern>");
        svg_.define(
            "<pattern id=\"asks\" width=\"4\" height=\"4\" "
            "patternUnits=\"userSpaceOnUse\">",
            "M1 0V4",
            {.stroke = "ask",
             .more = "stroke-width=\"1\" "
                     "stroke-opacity=\".2\""},
            "</pattern>");
    }

    void draw_lanes() {
        for (std::size_t lane = 0; lane < rows_.size(); ++lane) {
            const Row& row = rows_[lane];
            svg_.rectangle(12, row.top, kWidth - 24, row.height, 6,
                           {.fill = "lane"});
            svg_.text(24, row.y + 5, timeline_.lanes[lane].name,
                      {.bold = true});
        }
        for (int beat = 0; beat <= timeline_.beats; ++beat) {
            double at = x({beat, 0});
            svg_.path(fmt::format("M{:.1f} {}V{}", at, top_, bottom_),
                      {.stroke = "grid"});
            if (beat % 2 == 0) {
                svg_.text(at, bottom_ + 15, seconds(timeline_, beat),
                          with(kSmall, Anchor::middle));
            }
        }
    }

    void draw_person(std::size_t lane) {
        const Row& row = rows_[lane];
        Stretch there = presence(timeline_, lane);
        double begin = x(there.from), end = x(there.to);
        svg_.path(fmt::format("M{:.1f} {}H{:.1f}", begin, row.y, end),
                  {.stroke = "line", .more = "stroke-width=\"3\""});
        if (auto wait = queued(timeline_, lane)) draw_queued(lane, *wait);
        for (const Stretch& wait : answers_awaited(timeline_, lane)) {
            draw_answer_awaited(row, wait);
        }
        for (const Deed& deed : timeline_.deeds) {
            if (deed.lane != lane) continue;
            svg_.circle(x(deed.at), row.y, 4.2,
                        {.fill = "card",
                         .stroke = "ink",
                         .more = "stroke-width=\"1.6\""});
            bool speaks = deed.act == Act::say || deed.act == Act::key;
            svg_.text(x(deed.at) - 2, row.y + (lane == 0 ? -17 : 27),
                      words_of(deed, "“", "”"),
                      speaks ? with(kCode, Anchor::middle) : kSmall);
        }
        for (const News& heard : news(timeline_, lane)) {
            double room = x(heard.next) - x(heard.at) - 8;
            svg_.text(
                x(heard.at) - 2, row.y + (lane == 0 ? -35 : 44),
                shortened(heard.text, static_cast<std::size_t>(std::max(
                                          room / width_of("m", kSmall), 0.0))),
                kSmall);
        }
        if (connects(timeline_, lane)) {
            svg_.text(begin - 8, row.y + 4, "connects",
                      with(kSmall, Anchor::end));
        }
        svg_.text(end + 8, row.y + 4, farewell(timeline_, lane), kSmall);
    }

    // Across all lanes: a signal is for the process.
    void draw_signals() {
        for (const Deed& signal : timeline_.signals) {
            svg_.path(
                fmt::format("M{:.1f} {}V{}", x(signal.at), top_ - 4, bottom_),
                {.stroke = "wait",
                 .more = "stroke-width=\"1.5\" stroke-dasharray=\"6 3\""});
            svg_.text(x(signal.at) + 5, top_ - 6, signal.text,
                      {.colour = "wait", .size = 12, .bold = true});
        }
    }

    void draw_answer_awaited(const Row& row, const Stretch& wait) {
        double from = x(wait.from), size = x(wait.to) - from;
        svg_.rectangle(from, row.y - 11, size, 22, 4, {.fill = "waitback"});
        svg_.rectangle(from, row.y - 11, size, 22, 4,
                       {.stroke = "wait", .more = "fill=\"url(#waits)\""});
        std::string label = "waits " + seconds(timeline_, beats(wait));
        Letters letters{
            .colour = "wait", .anchor = Anchor::middle, .bold = true};
        double plate = width_of(label, letters) + 16;
        if (beats(wait) == 0 || plate > size) return;
        double middle = from + size / 2;
        svg_.rectangle(middle - plate / 2, row.y - 9, plate, 18, 3,
                       {.fill = "card"});
        svg_.text(middle, row.y + 4.5, label, letters);
    }

    // From the connect along the lane's edge, to where the server takes it.
    void draw_queued(std::size_t lane, const Stretch& wait) {
        const Row& row = rows_[lane];
        int side = lane == 0 ? 1 : -1;
        double y = row.y + side * 20;
        svg_.path(fmt::format("M{:.1f} {}V{}H{:.1f}", x(wait.from),
                              row.y + side * 5, y, x(wait.to)),
                  {.stroke = "queue",
                   .more = "fill=\"none\" stroke-width=\"2\" "
                           "stroke-dasharray=\"2 4\" "
                           "stroke-linecap=\"round\""});
        std::string time = seconds(timeline_, beats(wait));
        for (const std::string& label :
             {fmt::format("connected, says the kernel; but {} in the accept "
                          "queue",
                          time),
              fmt::format("{} in the accept queue", time)}) {
            Letters letters = with(kSmall, Colour("queue"));
            if (width_of(label, letters) > x(wait.to) - x(wait.from) - 16) {
                continue;
            }
            svg_.text(x(wait.from) + 8, y + (lane == 0 ? 14 : -5), label,
                      letters);
            return;
        }
    }

    void draw_server(std::size_t lane) {
        double y = rows_[lane].y;
        for (const Stretch& stretch : running(timeline_, lane)) {
            double from = x(stretch.from);
            svg_.rectangle(from, y - kBar / 2,
                           std::max(x(stretch.to) - from, 3.0), kBar, 3,
                           {.fill = "run"});
        }
        for (const Wait& wait : timeline_.waits) {
            if (wait.lane == lane) draw_wait(y, wait);
        }
        const Lane& itself = timeline_.lanes[lane];
        if (!itself.goes_on) {
            svg_.text(x(itself.end) + 10, y + 4,
                      itself.cancelled ? "cancelled" : "ends", kSmall);
        }
    }

    void draw_wait(double y, const Wait& wait) {
        double from = x(wait.from), size = x(wait.to) - from;
        Colour colour = colour_of(wait.call);
        svg_.rectangle(from, y - kBar / 2, size, kBar, 3,
                       wait_paint(colour, is_set_aside(wait)));
        if (wait.call == kAsking) {
            svg_.rectangle(from, y - kBar / 2, size, kBar, 3,
                           {.more = "fill=\"url(#asks)\""});
        }
        Letters letters =
            with(kCode, colour == "line" ? Colour("muted") : colour);
        auto [left, right] = free_of_arrows(wait);
        double room = (right - left - 8) / width_of("m", letters);
        std::string label =
            fitting(labels(timeline_, wait),
                    static_cast<std::size_t>(std::max(room, 0.0)));
        shows_initials_ = shows_initials_ || shows_initials(label);
        svg_.text((left + right) / 2, y + 4, label,
                  with(letters, Anchor::middle));
    }

    // The longest part of a bar that no signal, and no arrow between other
    // lanes, crosses.
    std::pair<double, double> free_of_arrows(const Wait& wait) const {
        double end = x(wait.to);
        std::set<double> crossings = {end};
        for (const Deed& signal : timeline_.signals)
            crossings.insert(x(signal.at));
        for (const Arrow& arrow : timeline_.arrows) {
            auto [top, bottom] = std::minmax(arrow.from_lane, arrow.to_lane);
            if (wait.lane <= top || wait.lane >= bottom) continue;
            double way = (rows_[wait.lane].y - rows_[arrow.from_lane].y) /
                         (rows_[arrow.to_lane].y - rows_[arrow.from_lane].y);
            double from = x(arrow.from), to = x(arrow.to);
            crossings.insert(from + way * (to - from));
        }
        std::pair<double, double> longest;
        double since = x(wait.from);
        for (double crossing : crossings) {
            if (crossing < since || crossing > end) continue;
            if (crossing - since > longest.second - longest.first) {
                longest = {since, crossing};
            }
            since = crossing;
        }
        return longest;
    }

    // What took long goes straight up or down where it arrives: the wait is
    // drawn already.
    void draw_arrow(const Arrow& arrow) {
        const Row& from = rows_[arrow.from_lane];
        const Row& to = rows_[arrow.to_lane];
        int side = to.y > from.y ? 1 : -1;
        bool late = arrow.from.beat < arrow.to.beat;
        double edge = is_person(arrow.from_lane) ? 5 : kBar / 2;
        if (late) edge = arrow.cause == Cause::connect ? 20 : 11;
        double x0 = late ? x(arrow.to) : x(arrow.from);
        double y0 = from.y + side * edge;
        double y1 = to.y - side * (is_person(arrow.to_lane) ? 6 : kBar / 2 + 1);
        svg_.path(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", x0, y0,
                              x(arrow.to), y1),
                  arrow_paint(arrow.cause));
    }

    // A task that awaits something: its thread does not sleep.
    bool is_set_aside(const Wait& wait) const {
        return is_task(wait.lane) && !holds_thread(wait);
    }

    // What each look of a wait means; calls that look alike share a sign.
    std::map<std::string, Paint> legend_of_waits() const {
        std::map<std::tuple<std::string, Colour, bool>, std::set<std::string>>
            calls;
        for (const Wait& wait : timeline_.waits) {
            bool task = is_set_aside(wait);
            Colour colour = colour_of(wait.call);
            if (wait.call == kAsking) {
                calls[{"asks without end:", colour, task}].insert("EAGAIN");
            } else if (wait.call == kReady) {
                calls[{"is ready,", colour, task}].insert(
                    "but the thread is busy");
            } else {
                calls[{task ? "awaits" : "sleeps in", colour, task}].insert(
                    wait.call + "()");
            }
        }
        std::map<std::string, Paint> legend;
        for (const auto& [look, names] : calls) {
            const auto& [verb, colour, task] = look;
            legend.emplace(fmt::format("{} {}", verb, fmt::join(names, ", ")),
                           wait_paint(colour, task));
        }
        return legend;
    }

    // Only what this figure shows.
    void draw_legend() {
        SvgLegend legend(svg_, 24, kWidth - 20, bottom_ + 40);
        legend.add_bar({.fill = "run"}, "works");
        for (const auto& [words, paint] : legend_of_waits())
            legend.add_bar(paint, words);
        if (has_answers(timeline_)) {
            legend.add_bar({.stroke = "wait", .more = "fill=\"url(#waits)\""},
                           "waits for an answer");
        }
        if (shows_initials_) legend.add_words("L: the listener");
        if (has_arrow(timeline_, Cause::bytes)) {
            legend.add_arrow(arrow_paint(Cause::bytes), "bytes");
        }
        if (has_arrow(timeline_, Cause::connect)) {
            legend.add_arrow(arrow_paint(Cause::connect), "connect, close");
        }
        if (has_arrow(timeline_, Cause::start)) {
            legend.add_arrow(arrow_paint(Cause::start), "starts");
        }
        height_ = legend.bottom() + 16;
    }

    const Timeline& timeline_;
    Marks marks_;
    std::vector<Row> rows_;  // by lane
    double top_ = kTop;      // of the first lane
    double bottom_ = 0;
    double height_ = 0;
    bool shows_initials_ = false;
    Svg svg_;
};

}  // namespace

std::string draw_svg(const Timeline& timeline, const Caption& caption) {
    return Figure(timeline, caption).text();
}

}  // namespace tincan::tour
