#include "07-chat/scrollback.hpp"

#include "07-chat/graphemes.hpp"

#include <algorithm>
#include <utility>

namespace tincan::chat {

namespace {

std::size_t size_of(const Message& message) {
    return message.time.size() + message.text.size();
}

// A line from edge to edge, with a word in it.
Row mark_row(int width) {
    constexpr std::string_view word = " new ";
    int around = std::max(0, width - columns(word));
    std::string text;
    for (int i = 0; i < around / 2; ++i)
        text += "─";
    text += word;
    for (int i = around / 2; i < around; ++i)
        text += "─";
    return {Span{std::string(fitting(text, width)), Tone::quiet}};
}

}  // namespace

void Scrollback::add(Message message) {
    if (unseen() && std::exchange(seen_all_, false)) mark_ = end();
    bytes_ += size_of(message);
    messages_.push_back(std::move(message));
    while (messages_.size() > most_ || bytes_ > most_bytes_) {
        bytes_ -= size_of(messages_.front());
        messages_.pop_front();
        ++first_;
    }
}

void Scrollback::to_end() {
    mark_.reset();
    follow();
}

void Scrollback::follow() {
    bottom_.reset();
    seen_all_ = !away_;
}

void Scrollback::look_back() {
    away_ = false;
    seen_all_ = !unseen();
}

std::size_t Scrollback::below() const {
    return bottom_ ? end() - 1 - bottom_->message : 0;
}

std::vector<Row> Scrollback::rows_of(std::uint64_t number, int columns) const {
    std::vector<Row> rows = chat::rows_of(messages_[number - first_], columns);
    if (mark_ == number) rows.insert(rows.begin(), mark_row(columns));
    return rows;
}

// So many rows further up, or the first one of all.
Scrollback::Place Scrollback::up(Place from, std::size_t rows,
                                 int columns) const {
    while (rows > from.row) {
        if (from.message == first_) return {first_, 0};
        rows -= from.row + 1;
        --from.message;
        from.row = rows_of(from.message, columns).size() - 1;
    }
    return {from.message, from.row - rows};
}

// So many rows further down, or the last one of all.
Scrollback::Place Scrollback::down(Place from, std::size_t rows,
                                   int columns) const {
    for (;;) {
        std::size_t last = rows_of(from.message, columns).size() - 1;
        if (from.row + rows <= last) return {from.message, from.row + rows};
        if (from.message + 1 == end()) return {from.message, last};
        rows -= last - from.row + 1;
        from = {from.message + 1, 0};
    }
}

// Makes the place of the view one that there is: messages are dropped, and rows
// become fewer when the screen grows. There are no empty rows in sight as long
// as there is something to fill them with.
void Scrollback::settle(Size size) {
    if (!bottom_) return;
    int columns = size.columns;
    Place place = std::max(*bottom_, Place{first_, 0});
    std::size_t last = rows_of(place.message, columns).size() - 1;
    place.row = std::min(place.row, last);
    auto page = static_cast<std::size_t>(size.rows) - 1;
    place = std::max(place, down({first_, 0}, page, columns));
    bottom_ = place;
    if (place == down(place, 1, columns)) follow();
}

void Scrollback::page_up(Size size) {
    if (messages_.empty() || size.rows < 1) return;
    settle(size);
    Place place = bottom_ ? *bottom_ : last_row(size.columns);
    bottom_ = up(place, step(size), size.columns);
    settle(size);
}

void Scrollback::page_down(Size size) {
    if (!bottom_ || size.rows < 1) return;
    settle(size);
    if (bottom_) bottom_ = down(*bottom_, step(size), size.columns);
    settle(size);
}

std::vector<Row> Scrollback::rows(Size size) {
    if (messages_.empty() || size.rows < 1) return {};
    settle(size);
    Place place = bottom_ ? *bottom_ : last_row(size.columns);
    auto height = static_cast<std::size_t>(size.rows);
    std::vector<Row> rows;  // the last one first
    for (;; --place.message) {
        std::vector<Row> some = rows_of(place.message, size.columns);
        if (rows.empty()) some.resize(place.row + 1);
        std::ranges::move(some.rbegin(), some.rend(), std::back_inserter(rows));
        if (rows.size() >= height || place.message == first_) break;
    }
    rows.resize(std::min(rows.size(), height));
    std::ranges::reverse(rows);
    return rows;
}

Scrollback::Place Scrollback::last_row(int columns) const {
    return {end() - 1, rows_of(end() - 1, columns).size() - 1};
}

}  // namespace tincan::chat
