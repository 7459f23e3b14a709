// What has been said, and which part of it is in sight.
#pragma once

#include "07-chat/message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <tuple>
#include <vector>

namespace tincan::chat {

// #region scrollback
// The view follows the last message, until one scrolls back: then it stays
// where it is, whatever arrives.
class Scrollback {
public:
    // Keeps `most` messages, of `bytes` altogether; drops the oldest.
    Scrollback(std::size_t most, std::size_t bytes)
        : most_(most), most_bytes_(bytes) {}

    void add(Message message);

    // By a screen of this size, less a row that stays in sight.
    void page_up(Size size);
    void page_down(Size size);
    // All is read, and the mark no longer needed.
    void to_end();

    // The user looks elsewhere. What arrives then, or below the view, is new:
    // a line is drawn above the first of it.
    void look_away() { away_ = true; }
    void look_back();

    // What is in sight; fewer rows than `size` has if there are no more.
    std::vector<Row> rows(Size size);
    bool at_end() const { return !bottom_; }
    // How many whole messages are further down.
    std::size_t below() const;
    // #endregion scrollback

private:
    // A row: which one of which message.
    struct Place {
        std::uint64_t message;
        std::size_t row;

        bool operator==(const Place&) const = default;
        bool operator<(const Place& other) const {
            return std::tie(message, row) < std::tie(other.message, other.row);
        }
    };

    bool unseen() const { return away_ || bottom_.has_value(); }
    std::uint64_t end() const { return first_ + messages_.size(); }
    static std::size_t step(Size size) {
        return static_cast<std::size_t>(std::max(1, size.rows - 1));
    }
    std::vector<Row> rows_of(std::uint64_t number, int columns) const;
    Place up(Place from, std::size_t rows, int columns) const;
    Place down(Place from, std::size_t rows, int columns) const;
    Place last_row(int columns) const;
    void settle(Size size);
    void follow();

    std::size_t most_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::deque<Message> messages_;
    std::uint64_t first_ = 0;      // the number of the oldest one kept
    std::optional<Place> bottom_;  // the last row in sight; nothing: the end
    bool away_ = false;
    bool seen_all_ = true;               // up to the mark, at least
    std::optional<std::uint64_t> mark_;  // above this one
};

}  // namespace tincan::chat
