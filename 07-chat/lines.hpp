// From bytes to lines, whatever pieces the bytes come in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tincan::chat {

// A line without its end, or what was wrong with it.
struct Line {
    enum class Kind {
        text,
        too_long,  // longer than is kept; the stream goes on behind its end
        endless,   // so long that nobody should wait for its end
    };
    Kind kind = Kind::text;
    std::string text{};  // empty unless it is text
};

// #region decoder
// Cuts a stream into lines that end with LF or CR LF. Keeps one unfinished
// line of at most `longest` bytes, however much a stranger sends.
class LineDecoder {
public:
    LineDecoder(std::size_t longest, std::size_t endless)
        : longest_(longest), endless_(endless) {}

    // Takes bytes from the front of `bytes` until a line is complete; nothing
    // if `bytes` is used up before that.
    std::optional<Line> next(std::string_view& bytes) {
        if (bytes.empty()) return std::nullopt;
        std::size_t end = bytes.find('\n');
        bool complete = end != std::string_view::npos;
        std::string_view piece = bytes.substr(0, end);
        bytes.remove_prefix(piece.size() + (complete ? 1 : 0));

        size_ += piece.size();
        // One byte more than a line may have: it can be the CR of its end.
        kept_ += piece.substr(
            0, std::min(piece.size(), longest_ + 1 - kept_.size()));
        if (size_ > endless_) return Line{Line::Kind::endless};
        if (!complete) return std::nullopt;
        return take();
    }

    // The stream has ended: what it said last is a line too, with or without
    // its LF.
    std::optional<Line> finish() {
        if (size_ == 0) return std::nullopt;
        return take();
    }

private:
    Line take() {
        std::string text = std::exchange(kept_, {});
        bool whole = std::exchange(size_, 0) == text.size();
        if (whole && text.ends_with('\r')) text.pop_back();
        if (!whole || text.size() > longest_) {
            return Line{Line::Kind::too_long};
        }
        return Line{Line::Kind::text, std::move(text)};
    }

    std::size_t longest_;
    std::size_t endless_;
    std::size_t size_ = 0;  // of the unfinished line, kept or not
    std::string kept_;
};
// #endregion decoder

}  // namespace tincan::chat
