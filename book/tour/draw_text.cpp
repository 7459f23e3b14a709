#include "book/tour/draw_text.hpp"

#include "book/tour/marks.hpp"
#include "book/tour/picture.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tincan::tour {

namespace {

constexpr int kLeft = 15;  // where time begins; names stand before it
constexpr int kRight = 3;  // "leaves" needs a little more than a beat
constexpr int kWidest = 160;

Ink ink_of(const std::string& call) {
    if (call == "accept") return Ink::accepting;
    if (call == "recv") return Ink::receiving;
    if (call == kAsking) return Ink::asking;
    if (call == kReady) return Ink::waiting;
    if (call == "select" || call == "poll" || call == "epoll_wait") {
        return Ink::watching;
    }
    return Ink::other;
}

struct Sign {
    const char* utf8;
    char ascii;
    Ink ink = Ink::plain;
};

class Drawing {
public:
    Drawing(const Timeline& timeline, TextStyle style)
        : timeline_(timeline),
          marks_(timeline),
          width_(style.width),
          canvas_(style) {
        per_beat_ =
            static_cast<double>(style.width - kLeft - kRight) / timeline.beats;
        lay_out();
        for (std::size_t lane = 0; lane < timeline.lanes.size(); ++lane) {
            canvas_.write(rows_[lane], 1, timeline.lanes[lane].name,
                          Ink::strong);
            if (is_person(lane)) {
                draw_person(lane);
            } else {
                draw_server(lane);
            }
        }
        for (const Arrow& arrow : timeline.arrows) {
            draw_arrow(arrow);
        }
        draw_signals();
        draw_time();
        draw_legend();
    }

    std::string text() const { return canvas_.text(); }

private:
    bool is_person(std::size_t lane) const {
        return timeline_.lanes[lane].kind == LaneKind::person;
    }

    int column(Moment moment) const {
        int last = marks_.count(moment) - 1;
        int room = std::max(static_cast<int>(per_beat_ * 0.4), 3);
        auto place = static_cast<int>(marks_.place(moment));
        if (last > room) place = place * room / last;
        return kLeft + static_cast<int>(moment.beat * per_beat_) + place;
    }

    // Rows from top to bottom. What a person says and hears stands on the far
    // side of the line, the queue on the side of the server; arrows have a row
    // for their heads.
    void lay_out() {
        if (!timeline_.signals.empty()) canvas_.add_row();
        for (std::size_t lane = 0; lane < timeline_.lanes.size(); ++lane) {
            bool person = is_person(lane), first = lane == 0;
            bool has_queue = person && queued(timeline_, lane);
            bool has_news = person && !news(timeline_, lane).empty();
            int unused = -1;
            int& news_row = news_rows_.emplace_back(unused);
            int& words_row = words_rows_.emplace_back(unused);
            int& queue_row = queue_rows_.emplace_back(unused);
            if (has_news && first) news_row = canvas_.add_row();
            if (person && first) words_row = canvas_.add_row();
            if (has_queue && !first) queue_row = canvas_.add_row();
            rows_.push_back(canvas_.add_row());
            if (has_queue && first) queue_row = canvas_.add_row();
            if (person && !first) words_row = canvas_.add_row();
            if (has_news && !first) news_row = canvas_.add_row();
            if (lane + 1 < timeline_.lanes.size()) canvas_.add_row();
        }
    }

    void draw_person(std::size_t lane) {
        int row = rows_[lane];
        Stretch there = presence(timeline_, lane);
        int begin = column(there.from), end = column(there.to);
        for (int at = begin; at < end; ++at) {
            canvas_.put(row, at, "─", '-', Ink::faint);
        }
        for (const Stretch& wait : answers_awaited(timeline_, lane)) {
            draw_answer_awaited(row, wait);
        }
        for (const Deed& deed : timeline_.deeds) {
            if (deed.lane != lane) continue;
            canvas_.put(row, column(deed.at), "●", 'o');
            write_words(words_rows_[lane], column(deed.at),
                        words_of(deed, "\"", "\""));
        }
        if (connects(timeline_, lane)) {
            canvas_.write(row, begin - 9, "connects", Ink::faint);
        }
        canvas_.write(row, end + 2, farewell(timeline_, lane), Ink::faint);
        for (const News& heard : news(timeline_, lane)) {
            int at = column(heard.at);
            auto room = static_cast<std::size_t>(column(heard.next) - at - 1);
            canvas_.write(news_rows_[lane], at, shortened(heard.text, room),
                          Ink::faint);
        }
        if (auto wait = queued(timeline_, lane)) {
            draw_queued(queue_rows_[lane], *wait, lane == 0);
        }
    }

    void write_words(int row, int at, const std::string& words) {
        int size = static_cast<int>(words.size());
        if (canvas_.has_room(row, at, size)) canvas_.write(row, at, words);
    }

    void draw_answer_awaited(int row, const Stretch& wait) {
        int from = column(wait.from), to = column(wait.to);
        for (int at = from; at < to; ++at) {
            canvas_.put(row, at, "▒", '/', Ink::waiting);
        }
        std::string label =
            fmt::format(" waits {} ", seconds(timeline_, beats(wait)));
        int size = static_cast<int>(label.size());
        if (beats(wait) > 0 && size + 2 <= to - from) {
            canvas_.write(row, (from + to - size) / 2 + 1, label, Ink::waiting);
        }
    }

    // From the dot of the connect to where the arrow to the server begins.
    void draw_queued(int row, const Stretch& wait, bool below) {
        int from = column(wait.from), to = column(wait.to);
        for (int at = from; at < to; ++at) {
            canvas_.put(row, at, "┄", '.', Ink::faint);
        }
        canvas_.put(row, from, below ? "╰" : "╭", '.', Ink::faint);
        canvas_.put(row, to, below ? "╮" : "╯", '.', Ink::faint);
        std::string time = seconds(timeline_, beats(wait));
        std::string label = fitting(
            {fmt::format(" connected, says the kernel, but {} in the accept "
                         "queue ",
                         time),
             fmt::format(" connected, but {} in the accept queue ", time),
             fmt::format(" {} in the accept queue ", time), " queued "},
            static_cast<std::size_t>(std::max(to - from - 1, 0)));
        int size = static_cast<int>(label.size());
        canvas_.write(row, (from + to - size) / 2 + 1, label);
    }

    void draw_server(std::size_t lane) {
        int row = rows_[lane];
        for (const Stretch& stretch : running(timeline_, lane)) {
            int from = column(stretch.from);
            int to = std::max(column(stretch.to), from + 1);
            for (int at = from; at < to; ++at) {
                canvas_.put(row, at, "█", '#', Ink::running);
            }
        }
        for (const Wait& wait : timeline_.waits) {
            if (wait.lane == lane) draw_wait(row, wait);
        }
        const Lane& itself = timeline_.lanes[lane];
        if (!itself.goes_on) {
            canvas_.write(row, column(itself.end) + 2,
                          itself.cancelled ? "cancelled" : "ends", Ink::faint);
        }
    }

    void draw_wait(int row, const Wait& wait) {
        int from = column(wait.from), to = column(wait.to);
        while (from < to && !canvas_.is_free(row, from)) {
            ++from;
        }
        Ink ink = ink_of(wait.call);
        bool asks = wait.call == kAsking;
        for (int at = from; at < to; ++at) {
            canvas_.put(row, at, asks ? "·" : "─", asks ? '.' : '-', ink);
        }
        canvas_.put(row, from, "├", '[', ink);
        canvas_.put(row, to - 1, "┤", ']', ink);
        int room = to - from - 2;
        std::string label =
            fitting(labels(timeline_, wait),
                    static_cast<std::size_t>(std::max(room, 0)));
        shows_initials_ = shows_initials_ || shows_initials(label);
        int size = static_cast<int>(label.size());
        if (size > 0 && size + 2 <= room) {
            label = ' ' + label + ' ';
            size += 2;
        }
        canvas_.write(row, from + 1 + (room - size) / 2, label, ink);
    }

    // Straight up or down, where it arrives; it passes behind what is in
    // between.
    void draw_arrow(const Arrow& arrow) {
        bool down = arrow.from_lane < arrow.to_lane;
        bool solid = arrow.cause == Cause::bytes;
        int at = column(arrow.to);
        int step = down ? 1 : -1;
        int last = rows_[arrow.to_lane] - step;
        for (int row = rows_[arrow.from_lane] + step; row != last;
             row += step) {
            if (!canvas_.is_free(row, at)) continue;
            canvas_.put(row, at, solid ? "│" : "┊", solid ? '|' : ':');
        }
        if (down) {
            canvas_.put(last, at, solid ? "▼" : "▽", 'v');
        } else {
            canvas_.put(last, at, solid ? "▲" : "△", '^');
        }
    }

    // Behind everything else: a signal is for the process.
    void draw_signals() {
        for (const Deed& signal : timeline_.signals) {
            int at = column(signal.at);
            canvas_.write(0, at, signal.text, Ink::waiting);
            for (int row = 1; row < canvas_.rows(); ++row) {
                if (canvas_.is_free(row, at)) {
                    canvas_.put(row, at, "┊", ':', Ink::waiting);
                }
            }
        }
    }

    void draw_time() {
        int row = canvas_.add_row();
        for (int beat = 0; beat <= timeline_.beats; beat += 2) {
            std::string time = seconds(timeline_, beat);
            if (beat != 0) time.erase(time.find(' '));
            canvas_.write(row, column({beat, 0}), time, Ink::faint);
        }
    }

    // Only what this picture shows, in as many rows as it takes.
    void draw_legend() {
        int row = canvas_.add_row();
        int at = 1;
        auto explain = [&](const std::vector<Sign>& signs,
                           std::string_view words) {
            auto size = static_cast<int>(signs.size() + words.size() + 1);
            if (at + size > width_) {
                row = canvas_.add_row();
                at = 1;
            }
            for (const auto& [utf8, ascii, ink] : signs) {
                canvas_.put(row, at++, utf8, ascii, ink);
            }
            canvas_.write(row, at + 1, words, Ink::faint);
            at += static_cast<int>(words.size()) + 4;
        };
        auto is_asking = [](const Wait& wait) { return wait.call == kAsking; };
        auto is_a_task = [](const Lane& lane) {
            return lane.kind == LaneKind::task;
        };
        explain({{"█", '#', Ink::running}}, "works");
        if (std::ranges::any_of(timeline_.waits, is_asking)) {
            explain({{"├", '[', Ink::asking},
                     {"·", '.', Ink::asking},
                     {"┤", ']', Ink::asking}},
                    "asks without end");
        }
        if (!std::ranges::all_of(timeline_.waits, is_asking)) {
            explain({{"├", '['}, {"─", '-'}, {"┤", ']'}},
                    std::ranges::any_of(timeline_.lanes, is_a_task)
                        ? "sleeps in a call; a task awaits it"
                        : "sleeps in a call");
        }
        if (has_answers(timeline_)) {
            explain({{"▒", '/', Ink::waiting}}, "waits for an answer");
        }
        if (shows_initials_) explain({{"L", 'L'}}, "the listener");
        if (has_arrow(timeline_, Cause::bytes)) explain({{"▼", 'v'}}, "bytes");
        bool starts = has_arrow(timeline_, Cause::start);
        if (has_arrow(timeline_, Cause::connect)) {
            explain({{"▽", 'v'}},
                    starts ? "connect, close, start" : "connect, close");
        } else if (starts) {
            explain({{"▽", 'v'}}, "start");
        }
    }

    const Timeline& timeline_;
    Marks marks_;
    int width_;
    Canvas canvas_;
    double per_beat_;
    bool shows_initials_ = false;
    std::vector<int> rows_, words_rows_, news_rows_, queue_rows_;  // by lane
};

}  // namespace

std::string draw_text(const Timeline& timeline, const TextStyle& style) {
    TextStyle bounded = style;
    bounded.width = std::min(style.width, kWidest);
    return Drawing(timeline, bounded).text();
}

}  // namespace tincan::tour
