// One visit to a chat, on as many connections as it takes: what a client does
// between its keys and its screen, without either.
#pragma once

#include "06-coroutines/tincan/sync.hpp"
#include "06-coroutines/tincan/task_group.hpp"
#include "07-chat/backoff.hpp"
#include "07-chat/desk.hpp"
#include "07-chat/link.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tincan::chat {

// How a new connection is made; throws std::exception if there is none.
using Connect = std::function<Coro<SharedLink>()>;

class Visit {
public:
    // Begins on `link`. Without `connect`, that is all; else a connection that
    // ends is followed by another. Calls `changed` whenever there is something
    // else to see.
    Visit(SharedLink link, Connect connect, std::function<void()> changed);
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    // As if the user had typed it.
    void enter(const std::string& line);
    void press(const Key& key, Size screen);
    bool line_is_empty() const { return desk_.line_is_empty(); }

    // Hears what the server says until the visit is over: the user has left,
    // or was not let in under his name, or there is no other connection to be
    // had. Throws what the last one ended with, if it was lost.
    Coro<void> listen();

    bool leaving() const { return link_->talk.leaving(); }
    bool was_let_in() const { return was_let_in_; }
    // What the server itself has said last, if nobody spoke since.
    const std::string& last_notice() const { return last_notice_; }
    StreamWriter writer() const { return link_->writer; }
    Picture picture(Size screen) { return desk_.picture(link_->talk, screen); }

private:
    static Coro<void> enter_slowly(Visit& visit,
                                   std::vector<std::string> lines);
    bool can_say_more() const;
    void cannot_send(const std::string& line, std::string_view why);
    Coro<void> hear_all();
    void take(const Heard& heard);
    Coro<void> reconnect(std::string why);
    Coro<std::string> try_again();
    void tell(std::string_view text);
    void set_state(std::string state, std::string peer = "");

    SharedLink link_;  // the last one, if there is none now
    Connect connect_;
    std::function<void()> changed_;
    Desk desk_;
    Backoff backoff_;
    TaskGroup pastes_;
    Event named_;  // the user has entered a name
    bool was_let_in_ = false;
    std::optional<TimePoint> welcomed_;  // on this connection
    std::string last_notice_;
};

}  // namespace tincan::chat
