// What is new of what a room tells to somebody who comes back.
#pragma once

#include "07-chat/heard.hpp"

#include <deque>
#include <string>
#include <vector>

namespace tincan::chat {

// A server tells its newcomers what was said last. Who was here a moment ago
// has seen the beginning of that, and should not read it twice.
class CatchUp {
public:
    // Was said while we were there.
    void seen(const std::string& line);

    // Is told on the way back. First comes what was said at the entrance, then,
    // in our room, what was said there, unless it is the same. False if that is
    // more than any server should tell.
    bool collect(const Heard& heard);
    void entrance_ends();
    void another_room();

    // What of that was not seen before.
    std::vector<Heard> take();

private:
    std::deque<std::string> seen_;  // the last of it
    std::vector<Heard> entrance_;
    std::vector<Heard> told_;
};

}  // namespace tincan::chat
