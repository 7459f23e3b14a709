// All that the user sees and works with, on no particular screen: what was
// said, who is there, the status bar, the line being written.
#pragma once

#include "07-chat/catch_up.hpp"
#include "07-chat/composer.hpp"
#include "07-chat/conversation.hpp"
#include "07-chat/layout.hpp"
#include "07-chat/people.hpp"
#include "07-chat/scrollback.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tincan::chat {

class Desk {
public:
    // What the server said at `time`, to somebody who has got as far as `talk`.
    void hear(const Heard& heard, const Conversation& talk, std::string time);
    // What the client itself has to say.
    void tell(std::string_view text, std::string time);

    // Does what the key means, on a screen of this size. Returns the lines that
    // it ends.
    std::vector<std::string> press(const Key& key, Size screen);
    // Shows what nobody sends back: a line to one other user.
    void sent(std::string_view line, std::string time);
    // Nothing is lost that can't be sent now.
    void put_back(std::string line) { composer_.put_back(std::move(line)); }
    bool line_is_empty() const { return composer_.line().empty(); }
    std::string take_remark() { return composer_.take_remark(); }

    // What stands in the status bar besides: the state of the connection, and
    // whom it is to, if it is.
    void set_connection(std::string state, std::string peer) {
        state_ = std::move(state);
        peer_ = std::move(peer);
    }
    Picture picture(const Conversation& talk, Size screen);

private:
    bool is_told_again(const Heard& heard, const Conversation& talk);
    void follow(const Heard& heard, const Conversation& talk);
    void show(const Heard& heard, std::string time);

    Scrollback talk_{5000, std::size_t{8} << 20};
    People people_{1000};
    Composer composer_{kLongestTyped};
    CatchUp catch_up_;
    std::string state_;
    std::string peer_;
};

}  // namespace tincan::chat
