#include "07-chat/catch_up.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace tincan::chat {

namespace {

// More than any server of ours tells.
constexpr std::size_t kLast = 100;

}  // namespace

void CatchUp::seen(const std::string& line) {
    seen_.push_back(line);
    if (seen_.size() > kLast) seen_.pop_front();
}

bool CatchUp::collect(const Heard& heard) {
    if (told_.size() == kLast) return false;
    told_.push_back(heard);
    return true;
}

void CatchUp::entrance_ends() {
    entrance_ = std::exchange(told_, {});
}

void CatchUp::another_room() {
    // Not on the way back: this is one that we have seen nothing of.
    if (entrance_.empty() && told_.empty()) seen_.clear();
    entrance_.clear();
}

std::vector<Heard> CatchUp::take() {
    std::vector<Heard> all = std::exchange(entrance_, {});
    std::ranges::move(std::exchange(told_, {}), std::back_inserter(all));
    // The end of what was seen is the beginning of what is told, if it is
    // there at all: the longest such piece.
    std::size_t known = std::min(seen_.size(), all.size());
    while (!std::equal(seen_.end() - static_cast<std::ptrdiff_t>(known),
                       seen_.end(), all.begin(),
                       all.begin() + static_cast<std::ptrdiff_t>(known),
                       [](const std::string& line, const Heard& heard) {
                           return line == heard.line;
                       })) {
        --known;
    }
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(known));
    return all;
}

}  // namespace tincan::chat
